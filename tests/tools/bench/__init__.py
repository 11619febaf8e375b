"""How fast a build is, beside the script that one would write instead."""
