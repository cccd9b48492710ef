# What the scripts of this folder share; to be sourced.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
# Compose reads .env as well; what is set here is what the scripts themselves need of it.
IMAGE=${STACK_IMAGE:-railfair}
REPLICAS=(app-1 app-2)
HISTORY=${STACK_HISTORY:-var/deploy/history}
# How long a replica may take to become ready, in seconds.
PATIENCE_S=${STACK_PATIENCE_S:-300}

say() { printf '%s\n' "$*" >&2; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The comment at the top of the script is its help.
help() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "deploy/$(basename "$0")"
    exit "${1:-0}"
}

usage() {
    printf '%s: %s\n\n' "$(basename "$0")" "$*" >&2
    help 2 >&2
}

need_engine() {
    command -v docker >/dev/null || die "docker is not installed: https://docs.docker.com/engine/install/"
    docker info >/dev/null 2>&1 || die "the Docker engine cannot be reached; does it run, and may $(id -un) use it?"
    docker compose version >/dev/null 2>&1 || die "docker compose (version 2.24 or newer) is not installed"
    docker compose config --quiet || die "the stack's settings are wrong: see the line above"
}

# railfair ARG...: a command of RailFair, in a container of its own over the stack's data.
railfair() { docker compose run --rm --no-deps -T migrate "$@"; }

# The kind of database that the stack uses: sqlite or postgresql.
database_kind() {
    local said
    said=$(railfair config check) || die "the settings are wrong: see above"
    case $said in
    *"RAILFAIR_DATABASE_URL=postgresql"*) echo postgresql ;;
    *) echo sqlite ;;
    esac
}

id_of() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null; }

# The tag that was deployed last, or before that one.
deployed() { tail -n 1 "$HISTORY" 2>/dev/null | cut -d' ' -f2; }
deployed_before() {
    local now
    now=$(deployed)
    cut -d' ' -f2 "$HISTORY" 2>/dev/null | grep -vxF -- "$now" | tail -n 1
}

record() {
    mkdir -p "$(dirname "$HISTORY")"
    printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$(id_of "$IMAGE:$1")" >>"$HISTORY"
}

# Replace one replica after the other by what is tagged live; the next once the one before is ready.
roll() {
    local replica
    for replica in "${REPLICAS[@]}"; do
        say "$replica: being replaced"
        docker compose up --detach --no-deps --wait --wait-timeout "$PATIENCE_S" "$replica" >&2 || {
            docker compose logs --tail 20 "$replica" >&2
            return 1
        }
    done
}
