"""What takes two people: custodians' keys, the ceremonies they hold, and the change of every key.

The one place where code of both stores meets, for here two custodians put together what no
process and no person holds alone (ANONYMITY.md §3). It stands above both sides of the wall.
"""
