// Stands before a source of CUDA C, so that g++ compiles the very same source for the CPU.
// A grid runs as plain loops, block after block; a kernel with barriers or shuffles runs each thread of a block as a fiber, which
// goes from one barrier to the next. Order is fixed: forward, or backward when the test asks for it, so that a result that
// depends on the order of threads (a missing barrier, a sum by atomics) shows.
#pragma once
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <ucontext.h>
#include <utility>
#include <vector>
#include "standin.h"
#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __CUDACC__ 1
#define __CUDA_ARCH__ 750
struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
static inline float2 make_float2(float a, float b) { return {a, b}; }
static inline float4 make_float4(float a, float b, float c, float d) { return {a, b, c, d}; }
static uint3 threadIdx, blockIdx;
static dim3 blockDim, gridDim;
static const int warpSize = 32;
using std::max;
using std::min;
#define __expf(x) expf(x)
#define __logf(x) logf(x)
static inline float __fdividef(float a, float b) { return a / b; }
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
template <class T>
static inline T __ldg(const T* p) {
  return *p;
}
template <class T>
static inline T atomicAdd(T* p, T v) {
  T old = *p;
  *p = old + v;
  return old;
}
static inline void __threadfence() {}

namespace standin {
static char* sharedMemory;

struct Fiber {
  jmp_buf at;
  char* stack;
  bool started, done;
  uint3 thread;
};
static std::vector<Fiber> fibers;
static jmp_buf scheduler;
static int running = -1;  // fiber; -1 while the grid runs as plain loops
static unsigned unfinished, turn, threads;
static void (*body)(void*);
static void* argument;
static uint64_t lanes[1024];

static void yield() {
  if (running < 0) {
    fputs("fakecuda: a barrier in a kernel without one in its own text: put its helper function before the first kernel\n", stderr);
    abort();
  }
  if (!_setjmp(fibers[running].at)) _longjmp(scheduler, 1);
}

// A fiber is used again by the next block.
static void entry() {
  for (;;) {
    body(argument);
    fibers[running].done = true;
    unfinished--;
    yield();
  }
}

static void runFibers(unsigned n, unsigned bx, unsigned by, bool backwards) {
  const size_t STACK = 64 * 1024;
  while (fibers.size() < n) fibers.push_back({{}, (char*)malloc(STACK), false, false, {}});
  for (unsigned i = 0; i < n; i++) {
    fibers[i].done = false;
    fibers[i].thread = {i % bx, i / bx % by, i / (bx * by)};
  }
  threads = n;
  for (unfinished = n; unfinished;)  // every thread that isn't done runs to its next barrier
    for (turn = 0; turn < threads; turn++) {
      running = (int)(backwards ? threads - 1 - turn : turn);
      Fiber& fiber = fibers[running];
      if (fiber.done) continue;
      threadIdx = fiber.thread;
      if (_setjmp(scheduler)) continue;  // it came back
      if (fiber.started) _longjmp(fiber.at, 1);
      fiber.started = true;
      ucontext_t fresh;
      getcontext(&fresh);
      fresh.uc_stack.ss_sp = fiber.stack;
      fresh.uc_stack.ss_size = STACK;
      fresh.uc_link = nullptr;
      makecontext(&fresh, entry, 0);
      setcontext(&fresh);
    }
  running = -1;
}

// All lanes of a warp call it together.
template <class T>
static T shuffle(T v, int from) {
  static_assert(sizeof(T) <= 8, "wider than a lane");
  memcpy(&lanes[running], &v, sizeof v);
  yield();
  int lane = (running & ~31) + from;
  T got = v;
  if (from >= 0 && from < 32 && lane < (int)threads) memcpy(&got, &lanes[lane], sizeof got);
  yield();
  return got;
}

template <class... A>
struct Bound {
  std::tuple<std::decay_t<A>...> values;
  void (*kernel)(A...);
};
template <class... A, size_t... I>
static void call(Bound<A...>* bound, std::index_sequence<I...>) {
  bound->kernel(std::get<I>(bound->values)...);
}
template <class... A, size_t... I>
static void fill(Bound<A...>* bound, void** from, std::index_sequence<I...>) {
  (memcpy((void*)&std::get<I>(bound->values), from[I], sizeof(std::get<I>(bound->values))), ...);
}
template <class T>
static void visit(const T& value, void (*pointer)(const void*)) {
  if constexpr (std::is_pointer_v<T>) {
    if (value) pointer((const void*)value);
  }
}
template <class... A>
static void* bind(void (*kernel)(A...), void** from, void (*pointer)(const void*)) {
  for (size_t i = 0; i < sizeof...(A); i++)
    if (!from || !from[i]) return nullptr;
  auto* bound = new Bound<A...>();
  bound->kernel = kernel;
  fill(bound, from, std::index_sequence_for<A...>());
  std::apply([&](auto&... value) { (visit(value, pointer), ...); }, bound->values);
  return bound;
}
template <class... A>
static void drop(void (*)(A...), void* bound) {
  delete (Bound<A...>*)bound;
}

template <class... A>
static void run(void (*)(A...), void* bound, const Launch* launch, bool barriers) {
  body = [](void* b) { call((Bound<A...>*)b, std::index_sequence_for<A...>()); };
  argument = bound;
  gridDim = {launch->gx, launch->gy, launch->gz};
  blockDim = {launch->bx, launch->by, launch->bz};
  sharedMemory = launch->shared;
  size_t blocks = (size_t)launch->gx * launch->gy * launch->gz;
  unsigned n = launch->bx * launch->by * launch->bz;
  for (size_t b = 0; b < blocks; b++) {
    size_t block = launch->backwards ? blocks - 1 - b : b;
    blockIdx = {(unsigned)(block % launch->gx), (unsigned)(block / launch->gx % launch->gy), (unsigned)(block / launch->gx / launch->gy)};
    if (barriers) {
      runFibers(n, launch->bx, launch->by, launch->backwards);
      continue;
    }
    for (unsigned t = 0; t < n; t++) {
      unsigned thread = launch->backwards ? n - 1 - t : t;
      threadIdx = {thread % launch->bx, thread / launch->bx % launch->by, thread / (launch->bx * launch->by)};
      body(bound);
    }
  }
}
}  // namespace standin

static inline void __syncthreads() { standin::yield(); }
static inline void __syncwarp(unsigned = ~0u) { standin::yield(); }
template <class T>
static inline T __shfl_sync(unsigned, T v, int from) {
  return standin::shuffle(v, from);
}
template <class T>
static inline T __shfl_down_sync(unsigned, T v, unsigned by) {
  return standin::shuffle(v, (standin::running & 31) + (int)by);
}
template <class T>
static inline T __shfl_xor_sync(unsigned, T v, int mask) {
  return standin::shuffle(v, (standin::running & 31) ^ mask);
}
#define STANDIN_KERNEL(name, barriers)                                                                    \
  extern "C" void* standin_bind_##name(void** from, void (*p)(const void*)) { return standin::bind(name, from, p); } \
  extern "C" void standin_run_##name(void* bound, const standin::Launch* l) { standin::run(name, bound, l, barriers); } \
  extern "C" void standin_drop_##name(void* bound) { standin::drop(name, bound); }
