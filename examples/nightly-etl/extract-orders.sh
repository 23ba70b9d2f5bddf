#!/usr/bin/env bash
# Copies the orders of one day from the archive: extract-orders.sh DAY FILE
# Exit code 75: try again later. 66: the archive does not have this day.
set -euo pipefail
day=$1 file=$2
if [ "$SLUICE_ATTEMPT" -lt 2 ]; then
  echo "the archive is busy" >&2
  exit 75
fi
if [ ! -f "data/orders-$day.csv" ]; then
  echo "the archive has no orders of $day" >&2
  exit 66
fi
cp "data/orders-$day.csv" "$file"
