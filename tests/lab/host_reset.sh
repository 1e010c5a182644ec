#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The power fails in runs on the host: RESETS=N of them (6), SEED=N picks others. A guest is the host, resets without a word, and the next one
# boots with the disk as it was left: what was only in the page cache is gone.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
[ -e build/tests/fault.so ] || skip "build/tests/fault.so is not built; make unit-programs makes it"
PATH=$PATH:/usr/sbin:/sbin
command -v mke2fs >/dev/null || skip "mke2fs is not installed"
resets=${RESETS:-6}
extra="$PWD/build/tests/fault.so $(command -v sync)"
. "$(dirname "$0")/host/guest.sh"

# With a journal, as hosts have it; the lab's own data disk lives for one cell and has none.
truncate -s 192M "$work/disk"
mke2fs -q -F -t ext4 -b 4096 "$work/disk" || fail "mke2fs"
mkdir "$work/bin"
cat >"$work/bin/qemu-system-x86_64" <<END
#!/bin/sh
# QEMU, but for the disk, which outlives its guest.
for arg; do
	shift
	case \$arg in memory-backend-file,id=disk,*)
		arg="memory-backend-file,id=disk,share=on,mem-path=$work/disk,size=201326592" ;;
	esac
	set -- "\$@" "\$arg"
done
exec $(command -v qemu-system-x86_64) "\$@"
END
chmod +x "$work/bin/qemu-system-x86_64"
PATH=$work/bin:$PATH

guest_scenario reset "reset.sh $resets ${SEED:-1} $PWD/build/tests/fault.so"
boots=0
while [ $boots -le "$resets" ]; do
	boots=$((boots + 1))
	run_json reset --no-snapshot "$work/reset-scenario.json"
	grep -h -v '^\[' "$MEMRIG_STORE/$(get reset .run)"/cells/*/console.log | grep -a -e '^cut ' -e FAILED
	[ "$(get reset '.cells[0].outcome')" != completed ] || break
done
same "the last guest" "$(get reset '.cells[0].outcome')" completed
same "failed" "$(get reset '.cells[0].metrics["workload.outer.0.failed"]')" 0
number "checks" "$(get reset '.cells[0].metrics["workload.outer.0.checks"]')" -ge $((resets * 2))
number "power cuts" "$(get reset '.cells[0].metrics["workload.outer.0.killed"]')" -ge $((resets * 8 / 10))
number "journals found" "$(get reset '.cells[0].metrics["workload.outer.0.restored"]')" -ge $((resets / 4))
finish
