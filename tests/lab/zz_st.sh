. "$(dirname "$0")/lib.sh"
need_lab 6.1
. "$(dirname "$0")/host/guest.sh"
adj=-1000
in_guest starved starved.sh
rm -rf /tmp/st-starved; cp -r "$MEMRIG_STORE" /tmp/st-starved; get starved '.cells[0].metrics | to_entries[] | select(.key | startswith("workload.outer")) | "\(.key) \(.value)"'
finish
