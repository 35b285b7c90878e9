#include "world/secret_checker.hpp"

#include <utility>

namespace tandem::world {

SecretChecker::SecretChecker(EventLoop& loop, Done done)
    : loop_(loop), done_(std::make_shared<Done>(std::move(done))), worker_([this] { work(); }) {}

SecretChecker::~SecretChecker() {
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    woken_.notify_all();
    worker_.join();
}

void SecretChecker::check(control::SecretCheck check) {
    {
        std::lock_guard const lock{mutex_};
        jobs_.push_back(std::move(check));
    }
    woken_.notify_all();
}

void SecretChecker::work() {
    std::weak_ptr<Done> const done = done_;
    std::unique_lock lock{mutex_};
    while (true) {
        woken_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        control::SecretCheck const check = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        loop_.post([done, request = check.request, verdict = control::check_secret(check)] {
            if (auto const wanted = done.lock()) (*wanted)(request, verdict);
        });
        lock.lock();
    }
}

}  // namespace tandem::world
