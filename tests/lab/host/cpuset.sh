#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cpuset.sh CPUSET.SO: a run whose processes are born with their parent's nodes, as on kernels before 6.4, keeps to its cpuset all the same.
. "$(dirname "$0")/lib.sh"

before=$(state)
for birth in inside outside; do
	[ $birth = inside ] && fault= || fault=$1
	as_faulty run "$here/cpuset.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err
	same "born $birth: exit code" $? 0
	cat out err
	same "born $birth: told so" "$(grep -c 'born outside' err)" "$([ $birth = inside ] && echo 0 || echo 1)"
	grep -q "Expectations: 4 met, 0 not met" out; same "born $birth: its memory is in its group and on its node" $? 0
	same "born $birth: state" "$(state)" "$before"
done
finish
