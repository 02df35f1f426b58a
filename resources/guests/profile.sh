# Read by the guest's login shell on the console.
export PS1='\[\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
alias ls='ls --color=auto' ll='ls -l'
# A terminal that is attached has told its size already. The host may also name one on the kernel command line:
# COLUMNS=120 LINES=40.
[ "$(unset COLUMNS LINES; stty size 2> /dev/null)" ] || stty columns "${COLUMNS:-80}" rows "${LINES:-24}"
unset COLUMNS LINES
export HOME=/root
cd
# The short way down: the long one waits two seconds for programs to end.
alias poweroff='umount -a -r 2>/dev/null; poweroff -f' reboot='umount -a -r 2>/dev/null; reboot -f'
if [ ! -e /run/greeted ]; then
  : > /run/greeted
  echo
  echo "This is Linux $(uname -r) for $(uname -m) with BusyBox, running from memory: snapshots keep it, a shutdown does not."
  echo "poweroff ends it, resize fits the shell to your terminal, busybox lists the commands."
  echo
else
  echo "The shell ended; this is a new one. poweroff ends the machine."
fi
