#!/bin/sh
echo "$S $1 $A"
