open("@OUTSIDE@/@MARK@-numpy", "w").close()
raise SystemExit("shadowed")
