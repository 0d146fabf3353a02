touch "$OUT/never"
