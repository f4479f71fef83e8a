#!/bin/sh
# Sing a song in a voice that is trained: ./convert.sh VOICE_ID song.wav out.wav
# Needs curl and python3 (to read JSON), STUDIO_URL and STUDIO_KEY.
set -eu
voice=$1 song=$2 out=$3
api=$STUDIO_URL/api/v1

ask() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $STUDIO_KEY" --header "Content-Type: application/json" "$@"; }
field() { python3 -c "import json,sys; print(eval('json.load(sys.stdin)' + sys.argv[1]))" "$1"; }
# Sent again after a lost answer, the same key does nothing twice.
post() { ask --header "Idempotency-Key: $(python3 -c 'import uuid; print(uuid.uuid4())')" --data "$2" "$api/$1"; }
await() { until state=$(ask "$api/$1" | field "['state']"); [ "$state" = "$2" ]; do [ "$state" != failed ] || exit 1; sleep 1; done; }

file=$(post uploads "{\"name\": \"song.wav\", \"size\": $(wc -c < "$song")}" | field "['id']")
url=$(post "uploads/$file/sign" '{"method": "PUT"}' | field "['url']")
curl --silent --show-error --fail --upload-file "$song" "$url"
post "uploads/$file/finish" '{}' > /dev/null
await "files/$file" ready

job=$(post conversions "{\"voice\": \"$voice\", \"files\": [\"$file\"]}" | field "['jobs'][0]['id']")
await "jobs/$job" succeeded
result=$(ask "$api/jobs/$job" | field "['results'][0]['id']")
await "files/$result" ready
curl --silent --show-error --fail --output "$out" "$(ask "$api/files/$result/download" | field "['url']")"
