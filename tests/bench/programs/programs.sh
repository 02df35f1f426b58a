#!/bin/bash
# Runs one of the measured programs: programs.sh NAME SIZE. Prints a line as the suite's program does: its name, the first
# digits of the hash of its result, and seconds. All results follow from the size.
set -e -o pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp GIT_CONFIG_NOSYSTEM=1 PYTHONHASHSEED=1
name=$1 size=$2
mkdir -p /tmp/work && cd /tmp/work
head -c "$((size * 1000000))" /root/data > /dev/null

# What is read lies in the page cache: the disk has a section of its own.
data() { head -c "$((size * 1000000))" /root/data; }

run() {
  case $name in
    gzip) data | gzip -n -6 | gzip -d | sha256sum ;;
    xz) data | xz -T1 -1 | xz -d | sha256sum ;;
    zstd) data | zstd -q -T1 -3 | zstd -q -d | sha256sum ;;
    sha256) data | sha256sum ;;
    aes) data | openssl enc -aes-128-cbc -K 000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000 | md5sum ;;
    rsa) for ((i = 0; i < size; i++)); do echo "$i" | openssl dgst -sha256 -sign /root/key.pem; done | sha256sum ;;
    gcc) for ((i = 0; i < size; i++)); do gcc -O2 -DROUND="$i" -S -o - /root/program.c; done | sha256sum ;;
    python) python3 /root/program.py "$size" | sha256sum ;;
    perl) perl /root/program.pl "$size" < /root/data | sha256sum ;;
    sqlite)
      { echo 'create table t(n integer, s text, x real); create index i on t(s); begin;'
        for ((i = 0; i < size; i++)); do echo "insert into t values($i,'k$((i * 7919 % 10007))',$i.5);"; done
        echo 'commit; select s, count(*), sum(n) from t group by s order by 3 desc limit 100;'; } | sqlite3 :memory: | sha256sum ;;
    git)
      export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@a
      export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
      git init -q -b main repository && cd repository
      for ((i = 0; i < size; i++)); do
        head -c "$((20000 + i * 1000))" /root/data | tail -c 20000 > "file$((i % 20))"
        git add . && git commit -q -m "change $i"
      done
      git gc -q && git fsck --no-progress && git log -p --stat | sha256sum
      cd .. && rm -rf repository ;;
  esac
}
from=$EPOCHREALTIME
result=$(run)
to=$EPOCHREALTIME
printf 'bench %s %s %d.%06d\n' "$name" "${result:0:16}" $(((${to/./} - ${from/./}) / 1000000)) $(((${to/./} - ${from/./}) % 1000000))
