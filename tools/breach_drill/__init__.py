"""The breach drill: simulates use of the site, copies its stores, attacks the copies."""
