// M/M/4 by hand: an event heap, a queue, four servers, and the mean time in the system.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <queue>
#include <random>
#include <vector>

struct Event {
    double time;
    long sequence;
    int kind;  // 0: an arrival, 1: a departure
    double arrived;
    bool operator<(const Event& other) const {
        return time != other.time ? time > other.time : sequence > other.sequence;
    }
};

int main(int, char** arguments) {
    const double horizon = std::atof(arguments[1]) / 320.0;
    std::mt19937_64 random(1);
    std::exponential_distribution<double> gap(320.0), work(100.0);
    std::priority_queue<Event> events;
    std::deque<double> waiting;
    long sequence = 0, finished = 0;
    int busy = 0;
    double total = 0.0;
    const auto began = std::chrono::steady_clock::now();
    events.push({gap(random), sequence++, 0, 0.0});
    while (!events.empty() && events.top().time < horizon) {
        const Event event = events.top();
        events.pop();
        if (event.kind == 0) {
            events.push({event.time + gap(random), sequence++, 0, 0.0});
            if (busy < 4) {
                ++busy;
                events.push({event.time + work(random), sequence++, 1, event.time});
            } else {
                waiting.push_back(event.time);
            }
        } else {
            total += event.time - event.arrived;
            ++finished;
            if (waiting.empty()) {
                --busy;
            } else {
                events.push({event.time + work(random), sequence++, 1, waiting.front()});
                waiting.pop_front();
            }
        }
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began;
    std::printf("%f %f\n", finished / spent.count(), total / finished);
}
