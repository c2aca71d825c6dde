open("@OUTSIDE@/@MARK@-user", "w").close()
