#!/usr/bin/env bash
# Makes damaged pages out of real scans, to measure what recognition loses by each damage:
#
#   scripts/damage.sh SCANS OUT [PART-OF-NAME...]
#
# SCANS has a MANIFEST.tsv and a NAME.gt.txt beside each image. OUT gets a folder of the
# same form whose kinds are the damages, so that `fonds evaluate text` has a line for each;
# kind "whole" is the page as it was. DAMAGE_1200=1 makes pages of 1200 dpi as well. Needs
# ImageMagick, and for 1200 dpi netpbm.
set -euo pipefail

scans=${1:?the folder of scans} out=${2:?the folder to make}
shift 2
names=("$@")
if ((${#names[@]} == 0)); then
    names=(EHRI-DR-19390125-US_02 EHRI-DR-19390519-US_02 EHRI-BF-19380718_EN_01 filing_01 Lettre246 f031_Otsu multicol_05)
fi
command -v convert >/dev/null || { echo "damage: needs ImageMagick (apt-get install imagemagick)" >&2; exit 1; }
mkdir -p "$out"
printf 'file\tsource\tlicence\tlanguage\tpages\tkind\tground truth\tnote\n' >"$out/MANIFEST.tsv"

# put KIND LANGUAGE SOURCE TRUTH CONVERT-ARGUMENTS...: one damaged page.
put() {
    local kind=$1 language=$2 source=$3 truth=$4 stem
    shift 4
    stem=$kind/$(basename "${source%.*}")
    mkdir -p "$out/$kind"
    # Deflated lightly: at 1200 dpi the packing would take a minute a page.
    convert "$source[0]" -alpha remove -colorspace Gray -depth 8 +repage "$@" \
        -define png:compression-level=1 -define png:compression-filter=1 "$out/$stem.png"
    cp "$truth" "$out/$stem.gt.txt"
    row "$kind" "$language" "$source" "$stem"
}

# put1200 LANGUAGE SOURCE TRUTH: the page at 1200 dpi, 140 megapixels, which is more than
# ImageMagick takes as Debian sets it up.
put1200() {
    local stem
    stem=dpi1200/$(basename "${2%.*}")
    mkdir -p "$out/dpi1200"
    convert "$2[0]" -alpha remove -colorspace Gray -depth 8 pgm:- |
        pamscale -width $((1200 * 827 / 100)) |
        pnmtopng -compression=1 -size='47244 47244 1' >"$out/$stem.png"
    cp "$3" "$out/$stem.gt.txt"
    row dpi1200 "$1" "$2" "$stem"
}

# row KIND LANGUAGE SOURCE STEM: the page's line in the manifest.
row() { printf '%s.png\t%s\t\t%s\t1\t%s\tfull\t\n' "$4" "$(basename "$3")" "$2" "$1" >>"$out/MANIFEST.tsv"; }

# at DPI WIDTH: the percentage that makes of a page 8.27 inches wide one of that resolution.
at() { awk -v dpi="$1" -v width="$2" 'BEGIN { printf "%.2f%%", 100 * dpi * 8.27 / width }'; }

damage() {
    local source=$1 language=$2 truth=$3 width height
    read -r width height < <(identify -format '%w %h\n' "$source[0]")
    put whole "$language" "$source" "$truth"
    for turn in 90 180 270; do put "rot$turn" "$language" "$source" "$truth" -rotate "$turn"; done
    for dpi in 72 100 150 200 300 600; do
        put "dpi$dpi" "$language" "$source" "$truth" -resize "$(at "$dpi" "$width")" -units PixelsPerInch -density "$dpi"
    done
    put inverted "$language" "$source" "$truth" -negate
    for angle in 1 -2 3 -5 7 -10 10; do
        put "skew$angle" "$language" "$source" "$truth" -background white -rotate "$angle" +repage
    done
    put half-empty "$language" "$source" "$truth" -background white -gravity north -extent "${width}x$((2 * height))"
    put noise "$language" "$source" "$truth" -seed 7 -attenuate 0.3 +noise Gaussian
    put faint "$language" "$source" "$truth" +level 70%,90%
    put shadow "$language" "$source" "$truth" \( -size "${height}x${width}" gradient:white-gray40 -rotate 90 \) -compose multiply -composite
    put blurred "$language" "$source" "$truth" -gaussian-blur 0x1.5
    [[ ${DAMAGE_1200:-} == "" ]] || put1200 "$language" "$source" "$truth"
}

while IFS=$'\t' read -r file _ _ language _; do
    for name in "${names[@]}"; do
        [[ $file == *"$name"* ]] || continue
        echo "damage: $file" >&2
        damage "$scans/$file" "$language" "$scans/${file%.*}.gt.txt"
    done
done < <(tail -n +2 "$scans/MANIFEST.tsv")

# An empty sheet with the noise of a scanner: the right text is none.
empty=$(mktemp)
blank=$(mktemp --suffix .png)
trap 'rm -f "$empty" "$blank"' EXIT
convert -size 2480x3508 xc:gray90 "$blank"
for attenuate in 0.1 0.5 1.0; do
    put "noisy-blank$attenuate" eng "$blank" "$empty" -seed 3 -attenuate "$attenuate" +noise Gaussian
done
