#!/bin/sh
echo before
echo trouble >&2
exit 3
