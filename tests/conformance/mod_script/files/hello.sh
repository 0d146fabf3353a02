#!/bin/sh
echo "$# arguments: $*"
touch "$OUT/ran"
pwd | sed "s,.*/out,OUT," | grep -c OUT
exit 0
