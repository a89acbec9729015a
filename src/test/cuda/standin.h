// What the parts of the CUDA stand-in share. The stand-in is for tests: the functions of CUDA's driver API and of cuBLAS that
// spark-mlp calls, on the CPU. It declares the little of the C interface that it needs; no header of NVIDIA's is used.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace standin {

enum Result {
  OK = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_PTX = 218,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  CONTEXT_IS_DESTROYED = 709,
  NOT_REGISTERED = 713,
  LAUNCH_FAILED = 719,
  NOT_SUPPORTED = 801,
};

// One lock for all: calls run one after the other, so results don't depend on threads.
struct Lock {
  Lock();
  ~Lock();
};

// Counts a call; returns the code it is to fail with, or OK.
int enter(const char* function);

// Something that a correct program doesn't do. Remembered for the test, and printed. Returns `code`.
int misuse(int code, const char* format, ...) __attribute__((format(printf, 2, 3)));

// Live things of a kind: adds `change`.
void live(const char* kind, int change);

// OK, or what is wrong with the calling thread's context: none, destroyed, dead from an earlier error.
int contextError();

// The device of the calling thread's context, -1 if it has none.
int currentDevice();

// Whether [p, p + bytes) is inside one live allocation of a device.
bool isDeviceMemory(const void* p, size_t bytes, int device);

// Lets `work` of that name run on a stream of the current context, now or when somebody waits for it.
int submit(void* stream, const char* name, std::function<int()> work);

// A source of CUDA C that stands for the PTX made of it.
void addSource(const std::string& name, const std::string& text);

// Compiles the source that defines every kernel of this PTX. Returns the library's path, or "" and says why on stderr.
std::string compileFor(const std::string& ptx);

// --- between the driver and a compiled source ---

struct Launch {
  unsigned gx, gy, gz, bx, by, bz;
  char* shared;
  bool backwards;
};

// Copies the parameters of a launch; calls `pointer` for each that is one, unless it is null.
typedef void* (*Bind)(void** parameters, void (*pointer)(const void*));
typedef void (*Run)(void* bound, const Launch* launch);
typedef void (*Drop)(void* bound);

}  // namespace standin
