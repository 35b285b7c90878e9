#include "app/child.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tandem::app {

std::filesystem::path own_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

Result<Child> Child::start(std::vector<std::string> arguments,
                           std::filesystem::path const& log_file) {
    std::string const program = own_program();
    std::vector<char*> words{const_cast<char*>(program.c_str())};
    for (auto& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    int const log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        return Error{Errc::unavailable, log_file.string() + ": " + std::strerror(errno)};
    pid_t const parent = ::getpid();
    pid_t const pid = ::fork();
    if (pid < 0) return Error{Errc::unavailable, std::string{"fork: "} + std::strerror(errno)};
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(1);
        ::setpgid(0, 0);  // the terminal's Ctrl-C goes to the parent alone, which ends us in order
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::execv(program.c_str(), words.data());
        ::_exit(127);
    }
    ::close(log);
    return Child{pid};
}

bool Child::poll() {
    if (!ended_.empty()) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    ended_ = WIFSIGNALED(status) ? "ended by signal " + std::to_string(WTERMSIG(status))
                                 : "exited with status " + std::to_string(WEXITSTATUS(status));
    return true;
}

void Child::terminate() const {
    if (ended_.empty()) ::kill(pid_, SIGTERM);
}

void Child::kill() const {
    if (ended_.empty()) ::kill(pid_, SIGKILL);
}

}  // namespace tandem::app
