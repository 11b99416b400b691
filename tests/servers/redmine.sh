#!/bin/bash
# A real Redmine (Debian's package) on SQLite, on 127.0.0.1 only, with everything it writes under STATE_DIR.
#
#   redmine.sh start STATE_DIR [PORT]   install what is missing (as root), set up once, start, wait until it answers
#   redmine.sh stop  STATE_DIR
#   redmine.sh reset STATE_DIR          throw away every ticket: back to the state after the first start
#
# STATE_DIR/redmine.env then says where it is and with which keys. They are for tests: nobody else can reach it.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=(ruby-bundler puma redmine redmine-sqlite)

main() {
  local action=${1:-} state=${2:-} port=${3:-}
  [[ $action =~ ^(start|stop|reset)$ && -n $state ]] || fail "usage: $0 start|stop|reset STATE_DIR [PORT]"
  mkdir -p "$state"
  state=$(cd "$state" && pwd)
  app=$state/app
  # Redmine keeps times in the server's own zone.
  export TZ=UTC RAILS_ENV=production REDMINE_INSTANCE=default LC_ALL=C.UTF-8
  "do_$action" "$port"
}

say() { echo "redmine.sh: $*" >&2; }
fail() { say "$*"; exit 1; }

do_start() {
  local port=${1:-}
  if is_running; then say "already running: $(grep URL "$state/redmine.env")"; return; fi
  is_installed || install_packages
  use_debians_bundler
  [[ -f $state/seeded.sqlite3 ]] || set_up
  start_server "${port:-$(known_port)}"
}

do_stop() {
  is_running || return 0
  local pid; pid=$(<"$state/redmine.pid")
  kill -TERM "$pid"
  for _ in {1..100}; do is_running || return 0; sleep 0.1; done
  fail "process $pid does not end"
}

do_reset() {
  [[ -f $state/seeded.sqlite3 ]] || fail "nothing to reset; start it first"
  do_stop
  use_debians_bundler
  rm -rf "$state"/redmine.sqlite3* "$app/instances/default/files"/*
  cp "$state/seeded.sqlite3" "$state/redmine.sqlite3"
  start_server "$(known_port)"
}

# ------------------------------------------------------------ installation

is_installed() {
  local package
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] || return 1
  done
}

install_packages() {
  ((EUID == 0)) || fail "these packages are needed; install them, or run this as root: ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -y -q -o DPkg::Lock::Timeout=600)
  # An installation that failed half-way is not repaired by another one.
  if dpkg-query -W -f '${Status}' redmine 2>/dev/null | grep -q 'half\|unpacked\|config-files'; then
    "${apt[@]}" purge redmine
  fi
  [[ -n $(apt-cache policy redmine 2>/dev/null) ]] || "${apt[@]}" update
  # We bring our own database; the package must not make one.
  answer redmine/current-instances string default
  answer redmine/instances/default/dbconfig-install boolean false
  "${apt[@]}" install --no-install-recommends ruby-bundler
  use_debians_bundler
  "${apt[@]}" install --no-install-recommends "${packages[@]}"
}

use_debians_bundler() {
  # Ruby's security updates bring a newer bundler, which does not see Debian's gems; Redmine's own set-up fails by it.
  BUNDLER_VERSION=$(dpkg-query -W -f '${Version}' ruby-bundler | sed 's/[-+~].*//')
  export BUNDLER_VERSION
}

answer() {
  echo "redmine $*" | debconf-set-selections && return
  # A purge leaves such an answer's template behind without its question, and the line above then fails.
  perl -MDebconf::Db -MDebconf::Question -e '
    Debconf::Db->load;
    my $question = Debconf::Question->new(@ARGV[1, 0, 2]);
    $question->value($ARGV[3]);
    $question->flag("seen", "true");
    Debconf::Db->save;
  ' redmine "$@"
}

# ------------------------------------------------------------ one-time set-up

set_up() {
  say "setting up in $state (about half a minute)"
  rm -rf "$app" "$state"/*.sqlite3*
  cp -a /usr/share/redmine "$app"
  # What Debian keeps outside the tree must be ours alone.
  rm -f "$app/instances" "$app/Gemfile.lock" "$app/config/database.yml"
  mkdir -p "$app"/instances/default/{config,files,log,tmp}
  sed -i "s#/usr/share/redmine/#$app/#" "$app/Gemfile"
  echo "gem 'puma'" >"$app/Gemfile.local"
  cat >"$app/instances/default/config/database.yml" <<-YAML
	production:
	  adapter: sqlite3
	  database: $state/redmine.sqlite3
	  timeout: 15000
	YAML
  head -c 64 /dev/urandom | sha512sum | cut -d' ' -f1 >"$app/instances/default/config/secret_key.txt"
  {
    in_app bundle install --local
    in_app bundle exec rake db:migrate
    REDMINE_LANG=en in_app bundle exec rake redmine:load_default_data
    in_app bundle exec rails runner "$here/redmine_seed.rb"
  } >"$state/setup.log" 2>&1 || { tail -30 "$state/setup.log" >&2; fail "set-up failed; see $state/setup.log"; }
  cp "$state/redmine.sqlite3" "$state/seeded.sqlite3"
}

in_app() { (cd "$app" && "$@"); }

# ------------------------------------------------------------ the server

known_port() {
  local port
  port=$(sed -n 's/^REDMINE_URL=.*:\([0-9]*\)$/\1/p' "$state/redmine.env" 2>/dev/null || true)
  echo "${port:-$(ruby -rsocket -e 'puts TCPServer.new("127.0.0.1", 0).addr[1]')}"
}

is_running() {
  local pid
  pid=$(cat "$state/redmine.pid" 2>/dev/null) || return 1
  # The number may meanwhile belong to somebody else's process.
  [[ $(readlink "/proc/$pid/cwd" 2>/dev/null) == "$app" ]]
}

start_server() {
  local port=$1
  # One process, one thread: SQLite then never finds itself locked.
  (
    cd "$app"
    setsid bundle exec puma -e production -t 1:1 -b "tcp://127.0.0.1:$port" --pidfile "$state/redmine.pid" \
      >"$state/puma.log" 2>&1 </dev/null &
    echo $! >"$state/redmine.pid"
  )
  for _ in {1..600}; do
    is_running || { tail -30 "$state/puma.log" >&2; fail "it ended again; see $state/puma.log"; }
    if answers "$port"; then write_env "$port"; return; fi
    sleep 0.2
  done
  fail "no answer on port $port; see $state/puma.log"
}

answers() {
  # bash's own TCP: no more programs to install.
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET /users/current.json HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  local line=""
  read -r -t 30 line <&3 || true
  exec 3>&- 3<&-
  [[ $line == *" 401 "* ]]
}

write_env() {
  cat "$app/instances/default/seed.env" - >"$state/redmine.env.new" <<-ENV
	REDMINE_URL=http://127.0.0.1:$1
	REDMINE_PIDFILE=$state/redmine.pid
	ENV
  mv "$state/redmine.env.new" "$state/redmine.env"
  say "running: http://127.0.0.1:$1, see $state/redmine.env"
}

main "$@"
