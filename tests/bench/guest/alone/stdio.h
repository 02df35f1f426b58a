/* What bench.c needs of a C library, for a guest without an operating system; the program is in alone.c. */
#pragma once
/* %s, %016llx and %.6f only. */
int printf(const char *format, ...);
