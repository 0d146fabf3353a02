#!/bin/sh
echo spaced "$1"
