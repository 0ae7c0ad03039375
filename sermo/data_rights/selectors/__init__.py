"""Records of a member, under the handle and under pseudonyms."""
