"""The trusted side of the boundary: starts, confines, times and kills workers."""
