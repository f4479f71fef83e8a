#!/bin/sh
# FFmpeg's libraries under the LGPL, for sound alone, and PyAV's wheel linked to them.
# The wheel on PyPI carries libx264 and libx265 (GPL): see docs/decisions.md.
# usage: media.sh FFMPEG.tar.xz PREFIX WHEELS [PYTHON]
set -eu
archive=$1 prefix=$2 wheels=$3 python=${4:-python3}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tar -xJf "$archive" -C "$work" --strip-components=1
cd "$work"
# No --enable-gpl, --enable-version3 or --enable-nonfree, and nothing that happens to be installed.
# No network and no pictures: what customers upload meets as little code as possible.
./configure --prefix="$prefix" --enable-shared --disable-static --disable-autodetect \
    --disable-programs --disable-doc --disable-debug --disable-network \
    --disable-indevs --disable-outdevs \
    --disable-protocols --enable-protocol=file,pipe \
    --disable-filters \
    --enable-filter=abuffer,abuffersink,aformat,anull,aresample,buffer,buffersink,format,null,scale \
    --disable-decoders \
    --enable-decoder='aac*,ac3*,eac3,alac,als,amrnb,amrwb,ape,adpcm_*,atrac*,cook,dca,dsd_*,flac' \
    --enable-decoder='gsm*,mlp,truehd,mp1*,mp2*,mp3*,mpc*,nellymoser,opus,pcm_*,qdm2,ra_*,ralf' \
    --enable-decoder='shorten,sipr,speex,tak,tta,vorbis,wavpack,wma*,xma*' \
    --disable-encoders --enable-encoder='aac,flac,libmp3lame,libopus,pcm_*' \
    --disable-muxers --enable-muxer=flac,ipod,mov,mp3,mp4,ogg,opus,rf64,w64,wav \
    --enable-zlib --enable-libmp3lame --enable-libopus > configure.log
grep -q '^License: LGPL version 2.1 or later$' configure.log
make -s -j"${JOBS:-$(nproc)}"
make -s install
mkdir -p "$prefix/share/licences"
cp COPYING.LGPLv2.1 LICENSE.md configure.log "$prefix/share/licences/"

# The wheel finds its libraries by itself: no variable, no linker cache.
PKG_CONFIG_PATH="$prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" \
PIP_CONSTRAINT="$here/av-build.txt" \
LDFLAGS="-Wl,-rpath,$prefix/lib ${LDFLAGS:-}" \
    "$python" -m pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-binary av \
    --require-hashes --wheel-dir "$wheels" -r "$here/av-source.txt"
