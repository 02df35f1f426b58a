#!/bin/sh
# The first program of a Vivarium guest that runs from memory. It makes the usual places, loads the kernel modules for
# the devices that are there, and hands over to BusyBox's init.
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

# A root of its own on a disk: this was only the way there.
read -r line < /proc/cmdline
for word in $line; do
  case "$word" in root=/dev/*) root=${word#root=} ;; esac
done
if [ "$root" ]; then
  if mount -t ext4 -o rw "$root" /mnt; then
    mount -o move /dev /mnt/dev
    umount /sys
    umount /proc
    exec switch_root /mnt /sbin/init
  fi
  echo "vivarium: $root cannot be mounted; this is the shell of the system in memory" >&2
fi

# Every network card gets its address before anything else runs; where nobody gives one, nobody is waited for long, and it is asked
# for again in the background: a cable may be plugged in later.
for file in /sys/class/net/*/device; do
  [ -e "$file" ] || continue
  card=${file%/device}
  card=${card##*/}
  [ "$networks" ] || ip link set lo up
  networks=yes
  ip link set "$card" up
  udhcpc -i "$card" -s /bin/vivarium-dhcp -q -b -t 3 -T 1 -A 30 >/dev/null 2>&1
done

# Every shared folder is mounted below /mnt by its tag.
mount_share() {
  mkdir -p "/mnt/$3"
  mount -t "$1" -o "$2" "$3" "/mnt/$3" || echo "vivarium: the shared folder $3 could not be mounted" >&2
}
for file in /sys/fs/virtiofs/*/tag; do
  [ -e "$file" ] && read -r tag < "$file" && mount_share virtiofs rw "$tag"
done
for file in /sys/bus/virtio/drivers/9pnet_virtio/*/mount_tag; do
  # The tag has no end of line there.
  [ -e "$file" ] && tag= && { read -r tag < "$file"; [ "$tag" ]; } && mount_share 9p trans=virtio,version=9p2000.L,msize=512000,cache=mmap "$tag"
done

export HOME=/root USER=root SHELL=/bin/sh PATH=/usr/local/bin:/bin
[ "$TERM" = linux ] && TERM=xterm-256color
export TERM
cd /root

# The agent runs the host's commands (viv run --run, viv exec); where only that is wanted there is no shell.
table='::respawn:/bin/vivarium-agent
::ctrlaltdel:/bin/reboot
::shutdown:/bin/umount -a -r'
if [ -e /bin/dropbear ] || [ ! -e /etc/vivarium/run ]; then
  mkdir /dev/pts
  mount -t devpts devpts /dev/pts
fi
# Only keys let anybody in.
[ -e /bin/dropbear ] && table="::respawn:/bin/dropbear -F -s -r /etc/dropbear/ed25519
$table"
if [ ! -e /etc/vivarium/run ]; then
  [ "$networks" ] || ip link set lo up
  for console in $(cat /sys/class/tty/console/active); do :; done
  table="$console::respawn:-/bin/sh
::respawn:/bin/vivarium-clock
$table"
fi
echo "$table" > /etc/inittab
exec init
