#!/bin/sh
# A small machine in namespaces of its own: an empty tmpfs for a root, the host's /usr read-only in it, and
# systemd as process 1. Called by ../systemd.py inside `unshare`; nothing of it is seen outside.
#
#   boot.sh ROOT   ROOT is an empty folder; ROOT.files is copied into the new root; ROOT.binds names files and
#                  folders of the host, one "SOURCE TARGET" a line, that appear in it read-only.
set -eu
root=$1

mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
mkdir -p usr etc var/log run tmp proc sys dev opt root home old
chmod 1777 tmp

mount --bind /usr usr
mount -o remount,bind,ro usr
for link in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$link" ]; then cp -P "/$link" "$link"; fi
done
cp /etc/ld.so.cache etc/
cp -a "$root.files/." .
while read -r source target; do
  mkdir -p ".$target"
  mount --bind "$source" ".$target"
  mount -o remount,bind,ro ".$target"
done < "$root.binds"

mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

mount -t proc -o nosuid,nodev,noexec proc proc
mount --bind proc/sys proc/sys          # systemd must not turn the host's knobs
mount -o remount,bind,ro proc/sys
if [ -e proc/sysrq-trigger ]; then mount --bind dev/null proc/sysrq-trigger; fi
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup  # of the cgroup namespace: only our own part of the tree

pivot_root . old
cd /
umount -l /old
rmdir /old
mount --make-rshared /                  # as on a real machine: credentials are mounted in a child and propagate
hostname drill
exec env -i container=mailbot-drill PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=drill.target --log-target=journal --log-level=info --show-status=no
