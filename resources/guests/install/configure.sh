#!/bin/sh
# Runs inside a new Debian root whose packages are unpacked: configures them, as debootstrap's second half does, and sets
# what a machine of Vivarium needs. Root's shell is on the serial console; nobody else can log in before a password is set.
set -e
export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C LANG=C HOME=/root
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Services are not to start in here.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# mawk says later that it is awk, and others need one before.
[ -e /usr/bin/awk ] || ln -s mawk /usr/bin/awk

# dpkg runs these when it unpacks; here it has not unpacked.
for script in /var/lib/dpkg/info/*.preinst; do
  package=${script##*/}
  package=${package%.preinst}
  DPKG_MAINTSCRIPT_NAME=preinst DPKG_MAINTSCRIPT_PACKAGE=${package%:*} DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 \
    DPKG_MAINTSCRIPT_ARCH=$(cat /var/lib/dpkg/arch) DPKG_ROOT= "$script" install
done

dpkg --force-unsafe-io --configure -a

rm -f /usr/sbin/policy-rc.d

echo "Setting up the machine"
useradd --create-home --shell /bin/bash --groups adm debian
systemctl --quiet enable systemd-networkd.service systemd-networkd-wait-online.service systemd-resolved.service
systemctl --quiet enable vivarium-agent.service vivarium-clock.service vivarium-shares.service vivarium-ssh.service
chmod 700 /root/.ssh /etc/dropbear
# They would work the processor of each new machine; whoever wants them turns them on.
systemctl --quiet disable apt-daily.timer apt-daily-upgrade.timer
# What systemd would do once after an update (caches of libraries and messages), the packages have just done.
touch /etc/.updated /var/.updated
# Each machine gets one of its own when it first starts.
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id /var/log/dpkg.log /var/log/alternatives.log /var/cache/debconf/*-old
