#!/bin/sh
# Makes a directory with a system the root of this mount namespace and runs a line of sh there, as a user:
#   enter-bare-machine.sh DIRECTORY UID HOME LINE [NAME=VALUE …]
# Not chroot(2): inside of one the kernel refuses user namespaces, which sandboxes need.
# The death signal is set again because a change of the account clears it.
set -e
root=$1 uid=$2 home=$3 line=$4
shift 4
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
cd "$root"
mkdir -p .host
pivot_root . .host
umount -l /.host
exec setpriv --pdeathsig KILL --reuid "$uid" --regid "$uid" --clear-groups env -i "$@" HOME="$home" \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c "cd ~/patchbay && $line"
