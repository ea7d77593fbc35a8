def signed_in_pages_are_not_kept(g): return g
