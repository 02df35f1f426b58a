#!/bin/sh
# Runs in the guest kit. The first disk becomes a Debian root: formatted, filled from the second disk, which is a tar archive,
# and configured from within. The archive brings mke2fs too, with the libraries it needs.
set -e
disk=/dev/vda
archive=/dev/vdb
tuple=$1

echo "Formatting the disk"
mkdir /formatter
# Not each architecture has each of these places.
tar -xf "$archive" -C /formatter lib lib64 usr/lib64 usr/lib/ld-linux-riscv64-lp64d.so.1 "usr/lib/$tuple" usr/sbin/mke2fs 2>/dev/null || true
cp -a /dev/vda /formatter/disk
# What it leaves to be written later, a sparse file need never hold.
chroot /formatter /usr/sbin/mke2fs -F -q -t ext4 -L debian -m 1 -E lazy_itable_init=1,lazy_journal_init=1,nodiscard /disk
rm -rf /formatter

echo "Unpacking the packages"
mkdir -p /mnt
# Nobody needs this disk before it is whole: dpkg waits for the disk at each step, and need not.
mount -t ext4 -o noatime,nobarrier,data=writeback,commit=300 "$disk" /mnt
tar -xpf "$archive" -C /mnt

mount -t proc proc /mnt/proc
mount -o bind /dev /mnt/dev
chroot /mnt /bin/sh /usr/lib/vivarium/configure.sh
umount /mnt/dev
umount /mnt/proc
umount /mnt
sync
echo "Installed"
