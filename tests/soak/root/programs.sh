#!/bin/sh
# Programs of Debian whose results must be the same in a guest as on the computer's own processor. Each prints a line.
set -e
export LC_ALL=C PATH=/usr/bin:/bin:/usr/sbin:/sbin
# With FMA the C library's functions round otherwise in the last place.
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX
cd "$(mktemp -d)"
result() { printf '%s %s\n' "$1" "$(sha256sum | cut -d ' ' -f 1)"; }

python3 - > data << 'END'
import random, sys
random.seed(20261128)
words = [bytes(random.randrange(97, 123) for _ in range(random.randrange(2, 9))) for _ in range(2000)]
sys.stdout.buffer.write(b' '.join(random.choice(words) for _ in range(150000)) + random.randbytes(200000))
END
result data < data
python3 - << 'END' | result python3
import cmath, decimal, fractions, math, random, statistics
random.seed(1)
values = [random.uniform(-1, 1) * 10.0 ** random.randrange(-300, 300) for _ in range(3000)]
small = [random.uniform(-30, 30) for _ in range(3000)]
for f in (math.sin, math.cos, math.atan, math.exp, math.cbrt, math.erf, math.gamma, math.sinh):
    print(f.__name__, [f(x).hex() for x in small if x > 0])
print(math.fsum(values).hex(), statistics.pvariance(small), [repr(x) for x in values], [round(x, 3) for x in small])
print([cmath.sqrt(complex(a, b)) for a, b in zip(small, small[1:])])
decimal.getcontext().prec = 60
print([+(decimal.Decimal(x) ** 2 / 7).sqrt() for x in small], decimal.Decimal(2).ln(), decimal.Decimal(3).exp())
print(sum((fractions.Fraction(1, n) for n in range(1, 400)), fractions.Fraction()))
END
perl -e 'my %h; open F, "data"; local $/; my $t = <F>; $h{$_}++ for $t =~ /[a-z]+/g; printf "%s %d %.17g\n", $_, $h{$_}, log($h{$_}) for sort keys %h' | result perl
cat > sum.c << 'END'
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int by_value(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }
int main(void) {
  enum { COUNT = 50000 };
  static double x[COUNT];
  static float y[COUNT];
  long double sum = 0;
  uint64_t seed = 88172645463325252u, mixed = 0;
  for (int i = 0; i < COUNT; i++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    x[i] = (double)(int64_t)seed / 1e9, y[i] = sqrtf(fabsf((float)x[i])), sum += sqrtl(fabs(x[i])), mixed = mixed * 31 + (seed % 1000003) / 7;
  }
  qsort(x, COUNT, sizeof *x, by_value);
  for (int i = 0; i < COUNT; i += 997) printf("%a %a %.17g\n", x[i], y[i], atan2(x[i], y[i]));
  printf("%La %llu\n", sum, (unsigned long long)mixed);
}
END
for level in 0 2 3; do gcc -O$level -march=x86-64 -o sum$level sum.c -lm && ./sum$level | result gcc-O$level; done
objdump -d sum2 2> /dev/null | grep -v file | result objdump
for digest in md5 sha1 sha256 sha512 sha3-256 blake2b512; do openssl dgst -$digest < data | result openssl-$digest; done
for cipher in aes-128-cbc aes-256-ctr chacha20 camellia-256-cbc; do
  openssl enc -$cipher -K "$(printf '%064d' 7 | cut -c "1-$(case $cipher in aes-128*) echo 32 ;; *) echo 64 ;; esac)")" -iv "$(printf '%032d' 9)" < data | result openssl-$cipher
done
sqlite3 :memory: "create table t(n, s, x); with recursive c(n) as (select 1 union all select n + 1 from c where n < 20000)
  insert into t select n, hex(n * 7919 % 10007), sqrt(n) / 3 from c; create index i on t(s);
  select s, count(*), sum(n), printf('%.15g', avg(x)) from t group by s order by 3 desc, 1 limit 500" | result sqlite3
for packer in 'gzip -n -6' 'gzip -n -9' 'xz -T1 -3' 'zstd -q -T1 -3' 'zstd -q -T1 -15'; do
  $packer -c < data > packed
  result "$(echo "$packer" | tr -d ' ')" < packed
  ${packer%% *} -d -c < packed | cmp - data
done
echo all done
