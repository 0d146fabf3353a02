echo plain "$1"
