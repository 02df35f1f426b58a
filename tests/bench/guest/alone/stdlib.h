#pragma once
#include <stddef.h>
void *malloc(size_t bytes);
void exit(int status);
int atoi(const char *text);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
