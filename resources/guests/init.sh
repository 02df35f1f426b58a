#!/bin/sh
# The first program of a Vivarium guest that runs from memory. It makes the usual places, loads the kernel modules for
# the devices that are there, and then either hands over to a shell on the console or runs one command and powers off.
# Every fork costs boot time: the shell's own words are used wherever they do.

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
echo vivarium > /proc/sys/kernel/hostname

# virtio_devices: the device types on the virtio bus, as in "0x0002 0x0003 ".
find_devices() {
  virtio_devices=
  for file in /sys/bus/virtio/devices/*/device; do
    [ -e "$file" ] && read -r type < "$file" && virtio_devices="$virtio_devices$type "
  done
}

# pci_vendors: who made the functions on the PCI bus, as in "pci:0x1b36 pci:0x1af4 ".
pci_vendors=
for file in /sys/bus/pci/devices/*/vendor; do
  [ -e "$file" ] && read -r vendor < "$file" && pci_vendors="${pci_vendors}pci:$vendor "
done

# Lines of "CALLER MODULE"; CALLER is a virtio device type, a PCI vendor, or "-" for a module that is always loaded.
looked=
while read -r type module; do
  case "$type" in
    -) ;;
    pci:*) case "$pci_vendors" in *"$type"*) ;; *) continue ;; esac ;;
    *)
      [ "$looked" ] || find_devices
      looked=yes
      case "$virtio_devices" in *"$type"*) ;; *) continue ;; esac ;;
  esac
  # A module that a person asks for may be there already.
  [ -e "/sys/module/$module/initstate" ] && continue
  insmod "/lib/modules/$module.ko" || echo "vivarium: the kernel module $module could not be loaded" >&2
done < /etc/vivarium/modules

export HOME=/root USER=root SHELL=/bin/sh PATH=/usr/local/bin:/bin
[ "$TERM" = linux ] && TERM=xterm-256color
export TERM
cd /root

if [ ! -e /etc/vivarium/run ]; then
  mkdir /dev/pts
  mount -t devpts devpts /dev/pts
  ip link set lo up
  for console in $(cat /sys/class/tty/console/active); do :; done
  echo "$console::respawn:-/bin/sh
::ctrlaltdel:/bin/reboot
::shutdown:/bin/umount -a -r" > /etc/inittab
  exec init
fi

# Asked to power off or reboot by the command itself: done when it has ended.
ending=poweroff
trap : USR1 USR2
trap 'ending=reboot' TERM
setsid cttyhack sh /etc/vivarium/run
status=$?

# The port appears a moment after the driver; a machine without a console device has none.
find_port() {
  for file in /sys/class/virtio-ports/*/name; do
    [ -e "$file" ] && read -r name < "$file" && [ "$name" = vivarium.status ] || continue
    port=${file%/name}
    port=/dev/${port##*/}
    return 0
  done
  return 1
}
find_devices
port=
case "$virtio_devices" in
  *0x0003*)
    tries=0
    until find_port || [ $tries -ge 100 ]; do
      usleep 10000
      tries=$((tries + 1))
    done ;;
esac
if [ "$port" ]; then
  # A host that has gone away would block the write.
  timeout -s KILL 5 sh -c 'echo "$1" > "$2"' sh "$status" "$port" || port=
fi
[ "$port" ] || echo "vivarium: exit status $status"

# Changing a terminal's mode waits until it has sent everything; the last kernel line stays off the console.
stty -echo
echo 0 > /proc/sys/kernel/printk
$ending -f
