#!/bin/sh
# What BusyBox's DHCP client calls with what it was given (busybox udhcpc --help names the variables).
case "$1" in
  bound | renew) ;;
  *) exit 0 ;;
esac

# Addresses of IPv6 the kernel makes itself.
ip -4 addr flush dev "$interface"
ip addr add "$ip/${mask:-24}" brd + dev "$interface"
[ "$mtu" ] && ip link set "$interface" mtu "$mtu"
# Every card has its way out, and the first one's is taken, whichever was heard last. Where a network leads nowhere, its
# gateway says so to whoever tries, and it may lead somewhere later: the last resort.
read -r number < "/sys/class/net/$interface/ifindex"
for gateway in $router; do
  ip route replace default via "$gateway" dev "$interface" metric "$number"
  break
done
[ -z "$router" ] && [ "$serverid" ] && ip route replace default via "$serverid" dev "$interface" metric "$((4096 + number))"

# A network without a way out knows few names: of several cards, one with a router says whom to ask.
[ -z "$router" ] && [ -e /etc/resolv.conf ] && exit 0
{
  [ "$search$domain" ] && echo "search ${search:-$domain}"
  for server in $dns; do echo "nameserver $server"; done
} > /etc/resolv.conf
