#!/bin/sh
echo "ok $1 $APP_ENV"
