open("@OUTSIDE@/@MARK@-tensorflow", "w").close()
