#include "tests/support/mail_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

#include "tests/support/source_dir.h"

extern char** environ;

namespace latchkey::test {
namespace {

constexpr std::chrono::seconds kPatience(60);

const char* name_of(SmtpSecurity security) {
  switch (security) {
    case SmtpSecurity::StartTls:
      return "starttls";
    case SmtpSecurity::Tls:
      return "tls";
    case SmtpSecurity::None:
      break;
  }
  return "none";
}

std::vector<std::string> words_of(const MailServer::Options& options) {
  // The system's Python has aiosmtpd; another one, first in PATH, may not.
  std::vector<std::string> words{"/usr/bin/python3",
                                 "-B",
                                 source_dir() / "tests/functional/smtpserver.py",
                                 "--tls",
                                 name_of(options.security),
                                 "--mechanisms",
                                 options.mechanisms};
  if (options.identity) {
    words.insert(words.end(),
                 {"--certificate", options.identity->certificate, "--key", options.identity->key});
  }
  if (!options.user.empty())
    words.insert(words.end(), {"--user", options.user, "--password", options.password});
  for (const std::string& fault : options.faults) words.insert(words.end(), {"--fault", fault});
  return words;
}

}  // namespace

MailServer::MailServer(const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);  // as the program does: OpenSSL writes to a server that has gone
  std::array<int, 2> in{}, out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe for the mail server");
  }
  to_server_ = in[1];
  from_server_ = out[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::vector<std::string> words = words_of(options);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed = posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (failed != 0) throw std::runtime_error("the mail server cannot be started");
  reader_ = std::thread([this] { read_events(); });
  try {
    port_ = next("listening")["port"].get<int>();
  } catch (...) {
    stop();
    close(from_server_);
    throw;
  }
}

MailServer::~MailServer() {
  stop();
  close(from_server_);
}

void MailServer::stop() {
  if (process_ < 0) return;
  close(to_server_);  // it ends with its stdin
  waitpid(process_, nullptr, 0);
  reader_.join();
  process_ = -1;
}

void MailServer::read_events() {
  std::string unread;
  std::array<char, 4096> bytes{};
  for (ssize_t count = 0; (count = read(from_server_, bytes.data(), bytes.size())) > 0;) {
    unread.append(bytes.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = unread.find('\n')) != std::string::npos; unread.erase(0, end + 1)) {
      const std::lock_guard lock(mutex_);
      events_.push_back(parse_json(unread.substr(0, end)).value_or(Json::object()));
      changed_.notify_all();
    }
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

Json MailServer::next(const std::string& event) {
  std::unique_lock lock(mutex_);
  while (changed_.wait_for(lock, kPatience, [this] { return ended_ || !events_.empty(); }) &&
         !events_.empty()) {
    Json first = std::move(events_.front());
    events_.pop_front();
    if (string_member(first, "event") == event) return first;
  }
  throw std::runtime_error("the mail server told of no \"" + event + "\"");
}

std::vector<Json> MailServer::rest(const std::string& event) {
  stop();
  std::vector<Json> all;
  for (Json& one : events_) {
    if (string_member(one, "event") == event) all.push_back(std::move(one));
  }
  events_.clear();
  return all;
}

}  // namespace latchkey::test
