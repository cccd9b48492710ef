"""Values and pure functions of the railway: no I/O, no clock, no framework."""
