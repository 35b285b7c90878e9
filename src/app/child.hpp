// app/child.hpp -- a process that `tandem up` has started: another `tandem`, logging to a file.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tandem::app {

class Child {
public:
    /// Starts this program with `arguments`; it is told to end when its parent ends.
    static Result<Child> start(std::vector<std::string> arguments,
                               std::filesystem::path const& log_file);

    int pid() const { return pid_; }
    /// How it ended, in words; empty while it runs.
    std::string const& ended() const { return ended_; }
    bool poll();                        ///< true when it has just ended
    void terminate() const;             ///< SIGTERM
    void kill() const;                  ///< SIGKILL

private:
    explicit Child(int pid) : pid_(pid) {}
    int pid_;
    std::string ended_;
};

std::filesystem::path own_program();

}  // namespace tandem::app
