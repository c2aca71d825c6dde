open("@OUTSIDE@/@MARK@-site", "w").close()
