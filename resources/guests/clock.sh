#!/bin/sh
# Keeps the clock right. A machine that was paused, suspended or put back goes on with the time it had; its real-time
# clock tells the host's. Only a jump of that one counts, so a date that a person sets stays. The shell's own words are
# enough: a look starts no process, and an idle guest stays idle.
rtc=/sys/class/rtc/rtc0/since_epoch
[ -r "$rtc" ] || exec sleep 2147483647

look() {
  read -r now < "$rtc"
  read -r uptime idle < /proc/uptime
  offset=$((now - ${uptime%.*}))
}

# Nobody writes to this pipe: to read from it is to sleep.
[ -p /run/vivarium-clock ] || mkfifo /run/vivarium-clock
exec 3<> /run/vivarium-clock
look
known=$offset
while :; do
  read -r -t 2 nothing <&3
  look
  # Both count whole seconds, each from its own beginning.
  case $((offset - known)) in -1 | 0 | 1) continue ;; esac
  known=$offset
  case $((now - EPOCHSECONDS)) in -1 | 0 | 1) ;; *) hwclock -s -u 2> /dev/null || date -u -s "@$now" > /dev/null ;; esac
done
