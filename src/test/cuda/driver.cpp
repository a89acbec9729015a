// libcuda.so.1 of the stand-in: the driver API on the CPU, and what a test asks of it (class FakeCuda).
//  - Device memory is host memory between guard bytes, and holds NaN when it is new and when it is freed.
//  - In lazy mode the work of streams waits until somebody waits for it, so that a missing wait shows.
//  - Every function counts its calls and can be made to fail. One that frees something frees it all the same: CUDA's return
//    the failures of earlier work.
//  - Codes from 700 on are of the kind that ends a context: from then on all its calls fail with it.
//  - A test can stop a thread in the middle of a call, or of work that a device does, and let it go on.
#include "standin.h"
#include <chrono>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <jni.h>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

typedef unsigned long long dptr;

namespace standin {
namespace {
const size_t GUARD = 256;
const unsigned char GUARD_BYTE = 0xA5;
const unsigned char NAN_BYTE = 0xFF;
const unsigned NON_BLOCKING = 1;
const size_t MAX_SHARED = 48 * 1024;

struct Context;
struct Work {
  std::string name;
  std::function<int()> run;
};
struct Stream {
  Context* context;
  unsigned flags = 0;
  std::deque<Work> queue;
  std::thread::id worker;  // the thread that does its work at the moment
};
struct Event {
  Context* context;
  Stream* stream = nullptr;
  long recordings = 0;
  bool pending = false;
  std::chrono::steady_clock::time_point at;
};
struct Function {
  std::string name;
  Bind bind;
  Run run;
  Drop drop;
};
struct Module {
  void* library;
  std::map<std::string, std::unique_ptr<Function>> functions;
};
struct Context {
  int device;
  int references = 0;
  int failure = OK;  // that ended it
  Stream null;
  std::set<Stream*> streams;
  std::set<Event*> events;
  std::set<Module*> modules;
};
struct Allocation {
  size_t bytes;
  int device;
  Context* context;
};
struct Pinned {
  size_t bytes;
  Context* context;
};
struct Fault {
  long in;  // calls
  int code;
  bool stays = false;
};

struct Hold {
  std::string what;
  long in = 0;  // times
  bool held = false;
};

std::recursive_mutex mutex;
std::condition_variable_any changed;  // a thread is held, goes on, or is done with a stream
Hold hold;
bool initialized = false;
int devices = 2;
const size_t MEMORY = (size_t)512 << 20;
size_t memory = MEMORY;
bool lazy = false, backwards = false;
std::map<uintptr_t, Allocation> allocations;
std::map<uintptr_t, Pinned> pinned;
std::map<std::string, long> calls, alive;
std::map<std::string, Fault> faults;
Fault anyFault{0, 0};
long allCalls = 0, toDevice = 0, toHost = 0, peak = 0;
std::string misuses, abandoned;
std::vector<std::unique_ptr<Context>> primary;
std::set<Context*> contexts;  // those that work can be done in
std::set<Function*> functions;
thread_local std::vector<Context*> stack;

Context* current() { return stack.empty() ? nullptr : stack.back(); }

size_t used(int device) {
  size_t sum = 0;
  for (auto& a : allocations)
    if (a.second.device == device) sum += a.second.bytes;
  return sum;
}

// The entry that holds the address, of a map from first addresses.
template <class T>
typename std::map<uintptr_t, T>::iterator find(std::map<uintptr_t, T>& map, const void* p) {
  auto after = map.upper_bound((uintptr_t)p);
  if (after == map.begin()) return map.end();
  auto before = std::prev(after);
  return (uintptr_t)p < before->first + before->second.bytes ? before : map.end();
}

bool guardsAreWhole(uintptr_t address, size_t bytes) {
  auto* p = (const unsigned char*)address;
  for (size_t i = 0; i < GUARD; i++)
    if (*(p - GUARD + i) != GUARD_BYTE || p[bytes + i] != GUARD_BYTE) return false;
  return true;
}

bool isPinned(const void* p) { return find(pinned, p) != pinned.end(); }

void fail(Context* context, int code) {
  if (code >= ILLEGAL_ADDRESS && code < NOT_SUPPORTED && !context->failure) context->failure = code;
}

// Stops the calling thread if the test wants it here, until it may go on. The others do go on: its lock is free meanwhile.
void reach(const std::string& what) {
  if (!hold.in || hold.what != what || --hold.in) return;
  hold.held = true;
  changed.notify_all();
  changed.wait(mutex, [] { return !hold.held; });
}

bool isLive(Context* context, Stream* stream) { return stream == &context->null || context->streams.count(stream); }

// Does the work of a stream, or waits while another thread does it.
void drain(Stream* stream) {
  Context* context = stream->context;
  auto me = std::this_thread::get_id();
  changed.wait(mutex, [=] { return !isLive(context, stream) || stream->worker == std::thread::id() || stream->worker == me; });
  if (!isLive(context, stream)) return;
  auto before = stream->worker;
  stream->worker = me;
  while (!stream->queue.empty()) {
    auto work = std::move(stream->queue.front());
    stream->queue.pop_front();
    reach("run:" + work.name);
    int code = work.run();
    if (code) fail(context, code);
  }
  stream->worker = before;
  changed.notify_all();
}

// What the default stream waits for.
void drainBlocking(Context* context) {
  drain(&context->null);
  auto all = context->streams;  // which may change while this waits
  for (auto* stream : all)
    if (isLive(context, stream) && !(stream->flags & NON_BLOCKING)) drain(stream);
}

void drainAll(Context* context) {
  drain(&context->null);
  auto all = context->streams;
  for (auto* stream : all)
    if (isLive(context, stream)) drain(stream);
}

// Null if there is no such stream.
Stream* streamOf(Context* context, void* handle) {
  if (!handle) return &context->null;
  return context->streams.count((Stream*)handle) ? (Stream*)handle : nullptr;
}

int queue(Context* context, void* handle, const std::string& name, std::function<int()> work) {
  Stream* stream = streamOf(context, handle);
  if (!stream) return misuse(INVALID_HANDLE, "there is no such stream");
  if (!handle)
    drainBlocking(context);
  else if (!(stream->flags & NON_BLOCKING))
    drain(&context->null);
  calls["device:" + std::to_string(context->device)]++;
  stream->queue.push_back({name, std::move(work)});
  if (!lazy) drain(stream);
  return context->failure;
}

void release(std::map<uintptr_t, Allocation>::iterator a) {
  if (!guardsAreWhole(a->first, a->second.bytes)) {
    misuse(OK, "something was written beside an allocation of %zu bytes", a->second.bytes);
    fail(a->second.context, ILLEGAL_ADDRESS);
  }
  memset((void*)a->first, NAN_BYTE, a->second.bytes);
  free((void*)(a->first - GUARD));
  allocations.erase(a);
}

void unload(Module* module) {
  for (auto& f : module->functions) functions.erase(f.second.get());
  dlclose(module->library);
  delete module;
  live("module", -1);
}

// Frees what is in a context; what the program has left there is noted.
void destroy(Context* context) {
  drainAll(context);
  size_t left = 0;
  for (auto a = allocations.begin(); a != allocations.end();) {
    auto next = std::next(a);
    if (a->second.context == context) {
      left++;
      release(a);
    }
    a = next;
  }
  std::ostringstream what;
  if (left) what << left << " allocations ";
  if (!context->streams.empty()) what << context->streams.size() << " streams ";
  if (!context->events.empty()) what << context->events.size() << " events ";
  if (!what.str().empty()) abandoned += "device " + std::to_string(context->device) + ": " + what.str() + "\n";
  for (auto* stream : context->streams) delete stream;
  live("stream", -(int)context->streams.size());
  context->streams.clear();
  for (auto* event : context->events) delete event;
  live("event", -(int)context->events.size());
  context->events.clear();
  for (auto* module : context->modules) unload(module);
  context->modules.clear();
  context->failure = OK;
}

std::string readString(JNIEnv* env, jstring text) {
  if (!text) return "";
  const char* chars = env->GetStringUTFChars(text, nullptr);
  std::string read = chars;
  env->ReleaseStringUTFChars(text, chars);
  return read;
}
}  // namespace

Lock::Lock() { mutex.lock(); }
Lock::~Lock() { mutex.unlock(); }

int enter(const char* function) {
  calls[function]++;
  allCalls++;
  reach(function);
  reach("");
  int code = OK;
  if (anyFault.in && --anyFault.in == 0) {
    if (anyFault.stays) anyFault.in = 1;
    bool blas = strncmp(function, "cublas", 6) == 0;
    code = !blas ? anyFault.code : anyFault.code == OUT_OF_MEMORY ? 3 : 13;  // CUBLAS_STATUS_ALLOC_FAILED, EXECUTION_FAILED
    if (blas && current()) fail(current(), anyFault.code);
  }
  auto fault = faults.find(function);
  if (fault != faults.end() && --fault->second.in == 0) {
    code = fault->second.code;
    faults.erase(fault);
  }
  if (code && current()) fail(current(), code);
  return code;
}

int misuse(int code, const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "fakecuda: %s\n", text);
  if (misuses.size() < 4096) misuses += std::string(text) + "\n";
  return code;
}

void live(const char* kind, int change) { alive[kind] += change; }

int contextError() {
  Context* context = current();
  if (!initialized) return misuse(NOT_INITIALIZED, "a call before cuInit");
  if (!context) return misuse(INVALID_CONTEXT, "a call from a thread without a context");
  if (!contexts.count(context)) return misuse(CONTEXT_IS_DESTROYED, "a call in a context that is destroyed");
  return context->failure;
}

int currentDevice() { return current() ? current()->device : -1; }

bool isDeviceMemory(const void* p, size_t bytes, int device) {
  auto a = find(allocations, p);
  return a != allocations.end() && (uintptr_t)p + bytes <= a->first + a->second.bytes && a->second.device == device;
}

int submit(void* stream, const char* name, std::function<int()> work) { return queue(current(), stream, name, std::move(work)); }

}  // namespace standin

using namespace standin;

// A call that needs no context; one that does; one that frees something, and does so even if it is to fail.
#define CALL(function) \
  Lock lock;           \
  if (int code = enter(#function)) return code
#define CALL_INITIALIZED(function) \
  CALL(function);                  \
  if (!initialized) return misuse(NOT_INITIALIZED, #function " before cuInit")
#define CALL_CONTEXT(function)                \
  CALL(function);                             \
  if (int code = contextError()) return code; \
  Context* context = current()
#define RELEASE(function)                                                      \
  Lock lock;                                                                   \
  int failure = enter(#function);                                              \
  if (int code = contextError(); code && !(current() && current()->failure)) return code; \
  Context* context = current()
#define RELEASED return failure ? failure : context->failure

static bool isDevice(int device) { return device >= 0 && device < devices; }

static int outside(const char* function, dptr p, size_t bytes) {
  return misuse(INVALID_VALUE, "%s: %zu bytes at %llx aren't in one allocation of the device", function, bytes, p);
}

extern "C" {

// --- devices ---

int cuInit(unsigned) {
  CALL(cuInit);
  if (devices == 0) return NO_DEVICE;
  initialized = true;
  while ((int)primary.size() < devices) {
    primary.emplace_back(new Context{(int)primary.size()});
    primary.back()->null.context = primary.back().get();
  }
  return OK;
}

int cuDriverGetVersion(int* version) {
  CALL(cuDriverGetVersion);
  *version = 12000;
  return OK;
}

int cuDeviceGetCount(int* count) {
  CALL_INITIALIZED(cuDeviceGetCount);
  *count = devices;
  return OK;
}

int cuDeviceGet(int* device, int ordinal) {
  CALL_INITIALIZED(cuDeviceGet);
  if (!isDevice(ordinal)) return INVALID_DEVICE;
  *device = ordinal;
  return OK;
}

int cuDeviceGetName(char* name, int length, int device) {
  CALL_INITIALIZED(cuDeviceGetName);
  snprintf(name, length, "Stand-in CUDA device %d (CPU)", device);
  return OK;
}

int cuDeviceTotalMem_v2(size_t* bytes, int) {
  CALL_INITIALIZED(cuDeviceTotalMem_v2);
  *bytes = memory;
  return OK;
}

int cuDeviceGetUuid(unsigned char* uuid, int device) {
  CALL_INITIALIZED(cuDeviceGetUuid);
  memset(uuid, device, 16);
  return OK;
}

int cuDeviceGetPCIBusId(char* id, int length, int device) {
  CALL_INITIALIZED(cuDeviceGetPCIBusId);
  snprintf(id, length, "0000:%02X:00.0", device + 1);
  return OK;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  CALL_INITIALIZED(cuDeviceGetAttribute);
  if (!isDevice(device)) return INVALID_DEVICE;
  static const std::map<int, int> values = {
      {1, 1024},             // threads of a block
      {8, (int)MAX_SHARED},  // shared memory of a block
      {10, 32},              // warp
      {16, 40},              // multiprocessors
      {39, 1024},            // threads of a multiprocessor
      {75, 7}, {76, 5},      // compute capability
  };
  auto known = values.find(attribute);
  if (known == values.end()) return misuse(INVALID_VALUE, "cuDeviceGetAttribute: the stand-in has no attribute %d", attribute);
  *value = known->second;
  return OK;
}

// --- contexts ---

int cuDevicePrimaryCtxRetain(Context** context, int device) {
  CALL_INITIALIZED(cuDevicePrimaryCtxRetain);
  if (!isDevice(device)) return INVALID_DEVICE;
  *context = primary[device].get();
  (*context)->references++;
  contexts.insert(*context);
  live("context", 1);
  return OK;
}

int cuDevicePrimaryCtxRelease_v2(int device) {
  Lock lock;
  int failure = enter("cuDevicePrimaryCtxRelease_v2");
  if (!initialized || !isDevice(device) || primary[device]->references == 0)
    return misuse(INVALID_CONTEXT, "cuDevicePrimaryCtxRelease: nobody has retained the context of device %d", device);
  live("context", -1);
  if (--primary[device]->references == 0) {
    destroy(primary[device].get());
    contexts.erase(primary[device].get());
  }
  return failure;
}

int cuDevicePrimaryCtxReset_v2(int device) {
  CALL_INITIALIZED(cuDevicePrimaryCtxReset_v2);
  if (!isDevice(device)) return INVALID_DEVICE;
  destroy(primary[device].get());
  return OK;
}

int cuCtxSetCurrent(Context* context) {
  CALL_INITIALIZED(cuCtxSetCurrent);
  if (context && !contexts.count(context)) return misuse(INVALID_CONTEXT, "cuCtxSetCurrent: no such context");
  if (!stack.empty()) stack.pop_back();
  if (context) stack.push_back(context);
  return OK;
}

int cuCtxGetCurrent(Context** context) {
  CALL_INITIALIZED(cuCtxGetCurrent);
  *context = current();
  return OK;
}

int cuCtxPushCurrent_v2(Context* context) {
  CALL_INITIALIZED(cuCtxPushCurrent_v2);
  if (!contexts.count(context)) return misuse(INVALID_CONTEXT, "cuCtxPushCurrent: no such context");
  stack.push_back(context);
  return OK;
}

int cuCtxPopCurrent_v2(Context** context) {
  CALL_INITIALIZED(cuCtxPopCurrent_v2);
  if (stack.empty()) return misuse(INVALID_CONTEXT, "cuCtxPopCurrent: there is none");
  if (context) *context = current();
  stack.pop_back();
  return OK;
}

int cuCtxSynchronize() {
  CALL_CONTEXT(cuCtxSynchronize);
  drainAll(context);
  return context->failure;
}

// --- memory ---

int cuMemAlloc_v2(dptr* address, size_t bytes) {
  CALL_CONTEXT(cuMemAlloc_v2);
  if (bytes == 0) return misuse(INVALID_VALUE, "cuMemAlloc of 0 bytes");
  if (used(context->device) + bytes > memory) return OUT_OF_MEMORY;
  char* raw = nullptr;
  if (posix_memalign((void**)&raw, GUARD, GUARD + bytes + GUARD)) return OUT_OF_MEMORY;
  memset(raw, GUARD_BYTE, GUARD);
  memset(raw + GUARD, NAN_BYTE, bytes);
  memset(raw + GUARD + bytes, GUARD_BYTE, GUARD);
  allocations[(uintptr_t)raw + GUARD] = {bytes, context->device, context};
  peak = std::max(peak, (long)used(context->device));
  *address = (dptr)(raw + GUARD);
  return OK;
}

int cuMemFree_v2(dptr address) {
  RELEASE(cuMemFree_v2);
  if (address) {
    auto a = allocations.find((uintptr_t)address);
    if (a == allocations.end()) return misuse(INVALID_VALUE, "cuMemFree: nothing is allocated at %llx", address);
    if (a->second.context != context) return misuse(INVALID_VALUE, "cuMemFree: the memory is of another context");
    drainAll(context);
    release(a);
  }
  RELEASED;
}

int cuMemGetInfo_v2(size_t* free, size_t* total) {
  CALL_CONTEXT(cuMemGetInfo_v2);
  *total = memory;
  *free = memory - std::min(memory, used(context->device));
  return OK;
}

int cuMemHostAlloc(void** address, size_t bytes, unsigned) {
  CALL_CONTEXT(cuMemHostAlloc);
  if (bytes == 0) return misuse(INVALID_VALUE, "cuMemHostAlloc of 0 bytes");
  if (posix_memalign(address, 4096, bytes)) return OUT_OF_MEMORY;
  memset(*address, NAN_BYTE, bytes);
  pinned[(uintptr_t)*address] = {bytes, context};
  return OK;
}

int cuMemFreeHost(void* address) {
  RELEASE(cuMemFreeHost);
  auto p = pinned.find((uintptr_t)address);
  if (p == pinned.end()) return misuse(INVALID_VALUE, "cuMemFreeHost: that isn't pinned memory");
  drainAll(context);
  memset(address, NAN_BYTE, p->second.bytes);
  pinned.erase(p);
  free(address);
  RELEASED;
}

int cuMemcpyHtoD_v2(dptr to, const void* from, size_t bytes) {
  CALL_CONTEXT(cuMemcpyHtoD_v2);
  if (!isDeviceMemory((void*)to, bytes, context->device)) return outside("cuMemcpyHtoD", to, bytes);
  drainBlocking(context);
  if (context->failure) return context->failure;
  memcpy((void*)to, from, bytes);
  toDevice += bytes;
  return OK;
}

int cuMemcpyDtoH_v2(void* to, dptr from, size_t bytes) {
  CALL_CONTEXT(cuMemcpyDtoH_v2);
  if (!isDeviceMemory((void*)from, bytes, context->device)) return outside("cuMemcpyDtoH", from, bytes);
  drainBlocking(context);
  if (context->failure) return context->failure;
  memcpy(to, (void*)from, bytes);
  toHost += bytes;
  return OK;
}

int cuMemcpyDtoD_v2(dptr to, dptr from, size_t bytes) {
  CALL_CONTEXT(cuMemcpyDtoD_v2);
  if (!isDeviceMemory((void*)to, bytes, context->device)) return outside("cuMemcpyDtoD", to, bytes);
  if (!isDeviceMemory((void*)from, bytes, context->device)) return outside("cuMemcpyDtoD", from, bytes);
  return queue(context, nullptr, "cuMemcpyDtoD_v2", [=] {
    memmove((void*)to, (void*)from, bytes);
    return OK;
  });
}

// From pinned memory the bytes are read when the work runs; others are set aside at once, as drivers do.
int cuMemcpyHtoDAsync_v2(dptr to, const void* from, size_t bytes, void* stream) {
  CALL_CONTEXT(cuMemcpyHtoDAsync_v2);
  if (!isDeviceMemory((void*)to, bytes, context->device)) return outside("cuMemcpyHtoDAsync", to, bytes);
  toDevice += bytes;
  if (isPinned(from)) {
    return queue(context, stream, "cuMemcpyHtoDAsync_v2", [=] {
      memcpy((void*)to, from, bytes);
      return OK;
    });
  }
  auto copy = std::make_shared<std::vector<char>>((const char*)from, (const char*)from + bytes);
  return queue(context, stream, "cuMemcpyHtoDAsync_v2", [=] {
    memcpy((void*)to, copy->data(), bytes);
    return OK;
  });
}

// To pinned memory the bytes come when the work runs; else the call returns when they are there, as drivers do.
int cuMemcpyDtoHAsync_v2(void* to, dptr from, size_t bytes, void* stream) {
  CALL_CONTEXT(cuMemcpyDtoHAsync_v2);
  if (!isDeviceMemory((void*)from, bytes, context->device)) return outside("cuMemcpyDtoHAsync", from, bytes);
  toHost += bytes;
  int code = queue(context, stream, "cuMemcpyDtoHAsync_v2", [=] {
    memcpy(to, (void*)from, bytes);
    return OK;
  });
  if (code || isPinned(to)) return code;
  drain(streamOf(context, stream));
  return context->failure;
}

int cuMemcpyDtoDAsync_v2(dptr to, dptr from, size_t bytes, void* stream) {
  CALL_CONTEXT(cuMemcpyDtoDAsync_v2);
  if (!isDeviceMemory((void*)to, bytes, context->device)) return outside("cuMemcpyDtoDAsync", to, bytes);
  if (!isDeviceMemory((void*)from, bytes, context->device)) return outside("cuMemcpyDtoDAsync", from, bytes);
  return queue(context, stream, "cuMemcpyDtoDAsync_v2", [=] {
    memmove((void*)to, (void*)from, bytes);
    return OK;
  });
}

static int fill(Context* context, const char* function, dptr to, unsigned value, size_t width, size_t n, void* stream) {
  if (!isDeviceMemory((void*)to, n * width, context->device)) return outside(function, to, n * width);
  return queue(context, stream, function, [=] {
    for (size_t i = 0; i < n; i++) memcpy((char*)to + i * width, &value, width);  // little-endian
    return OK;
  });
}

int cuMemsetD8_v2(dptr to, unsigned char value, size_t n) {
  CALL_CONTEXT(cuMemsetD8_v2);
  return fill(context, "cuMemsetD8", to, value, 1, n, nullptr);
}

int cuMemsetD8Async(dptr to, unsigned char value, size_t n, void* stream) {
  CALL_CONTEXT(cuMemsetD8Async);
  return fill(context, "cuMemsetD8Async", to, value, 1, n, stream);
}

int cuMemsetD32_v2(dptr to, unsigned value, size_t n) {
  CALL_CONTEXT(cuMemsetD32_v2);
  return fill(context, "cuMemsetD32", to, value, 4, n, nullptr);
}

int cuMemsetD32Async(dptr to, unsigned value, size_t n, void* stream) {
  CALL_CONTEXT(cuMemsetD32Async);
  return fill(context, "cuMemsetD32Async", to, value, 4, n, stream);
}

// --- streams and events ---

int cuStreamCreate(Stream** stream, unsigned flags) {
  CALL_CONTEXT(cuStreamCreate);
  *stream = new Stream{context, flags, {}};
  context->streams.insert(*stream);
  live("stream", 1);
  return OK;
}

int cuStreamDestroy_v2(Stream* stream) {
  RELEASE(cuStreamDestroy_v2);
  if (!context->streams.count(stream)) return misuse(INVALID_HANDLE, "cuStreamDestroy: no such stream in this context");
  drain(stream);
  for (auto* event : context->events)
    if (event->stream == stream) event->stream = nullptr;
  context->streams.erase(stream);
  delete stream;
  live("stream", -1);
  RELEASED;
}

int cuStreamSynchronize(Stream* handle) {
  CALL_CONTEXT(cuStreamSynchronize);
  Stream* stream = streamOf(context, handle);
  if (!stream) return misuse(INVALID_HANDLE, "cuStreamSynchronize: no such stream in this context");
  if (!handle)
    drainBlocking(context);
  else
    drain(stream);
  return context->failure;
}

int cuStreamQuery(Stream* handle) {
  CALL_CONTEXT(cuStreamQuery);
  Stream* stream = streamOf(context, handle);
  if (!stream) return misuse(INVALID_HANDLE, "cuStreamQuery: no such stream in this context");
  if (stream->queue.empty()) return context->failure;
  drain(stream);
  return NOT_READY;
}

static void await(Event* event) {
  if (event->pending && event->stream) drain(event->stream);
}

int cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
  CALL_CONTEXT(cuStreamWaitEvent);
  if (!context->events.count(event)) return misuse(INVALID_HANDLE, "cuStreamWaitEvent: no such event in this context");
  return queue(context, stream, "cuStreamWaitEvent", [=] {
    if (context->events.count(event)) await(event);
    return OK;
  });
}

int cuEventCreate(Event** event, unsigned) {
  CALL_CONTEXT(cuEventCreate);
  *event = new Event{context};
  context->events.insert(*event);
  live("event", 1);
  return OK;
}

int cuEventDestroy_v2(Event* event) {
  RELEASE(cuEventDestroy_v2);
  if (!context->events.count(event)) return misuse(INVALID_HANDLE, "cuEventDestroy: no such event in this context");
  await(event);
  context->events.erase(event);
  delete event;
  live("event", -1);
  RELEASED;
}

int cuEventRecord(Event* event, Stream* stream) {
  CALL_CONTEXT(cuEventRecord);
  if (!context->events.count(event)) return misuse(INVALID_HANDLE, "cuEventRecord: no such event in this context");
  event->stream = streamOf(context, stream);
  event->pending = true;
  long recording = ++event->recordings;
  return queue(context, stream, "cuEventRecord", [=] {
    if (context->events.count(event) && event->recordings == recording) {
      event->pending = false;
      event->at = std::chrono::steady_clock::now();
    }
    return OK;
  });
}

int cuEventSynchronize(Event* event) {
  CALL_CONTEXT(cuEventSynchronize);
  if (!context->events.count(event)) return misuse(INVALID_HANDLE, "cuEventSynchronize: no such event in this context");
  await(event);
  return context->failure;
}

int cuEventQuery(Event* event) {
  CALL_CONTEXT(cuEventQuery);
  if (!context->events.count(event)) return misuse(INVALID_HANDLE, "cuEventQuery: no such event in this context");
  if (!event->pending) return context->failure;
  await(event);
  return NOT_READY;
}

int cuEventElapsedTime(float* milliseconds, Event* from, Event* to) {
  CALL_CONTEXT(cuEventElapsedTime);
  if (!context->events.count(from) || !context->events.count(to)) return misuse(INVALID_HANDLE, "cuEventElapsedTime: no such event in this context");
  if (!from->recordings || !to->recordings) return misuse(INVALID_HANDLE, "cuEventElapsedTime: an event wasn't recorded");
  if (from->pending || to->pending) return NOT_READY;
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return OK;
}

// --- modules and kernels ---

static int loadModule(Context* context, Module** module, const char* image) {
  if (!strstr(image, ".version")) return misuse(INVALID_IMAGE, "cuModuleLoad: that is no PTX");
  std::string path = compileFor(image);
  void* library = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return misuse(INVALID_PTX, "cuModuleLoad: the PTX has no source that can run");
  *module = new Module{library, {}};
  context->modules.insert(*module);
  live("module", 1);
  return OK;
}

int cuModuleLoadData(Module** module, const char* image) {
  CALL_CONTEXT(cuModuleLoadData);
  return loadModule(context, module, image);
}

int cuModuleLoadDataEx(Module** module, const char* image, unsigned, int*, void**) {
  CALL_CONTEXT(cuModuleLoadDataEx);
  return loadModule(context, module, image);
}

int cuModuleUnload(Module* module) {
  RELEASE(cuModuleUnload);
  if (!context->modules.erase(module)) return misuse(INVALID_HANDLE, "cuModuleUnload: no such module in this context");
  drainAll(context);
  unload(module);
  RELEASED;
}

int cuModuleGetFunction(Function** function, Module* module, const char* name) {
  CALL_CONTEXT(cuModuleGetFunction);
  if (!context->modules.count(module)) return misuse(INVALID_HANDLE, "cuModuleGetFunction: no such module in this context");
  auto& slot = module->functions[name];
  if (!slot) {
    auto symbol = [&](const char* prefix) { return dlsym(module->library, (std::string(prefix) + name).c_str()); };
    if (!symbol("standin_run_")) {
      module->functions.erase(name);
      return misuse(NOT_FOUND, "cuModuleGetFunction: there is no kernel %s", name);
    }
    slot.reset(new Function{name, (Bind)symbol("standin_bind_"), (Run)symbol("standin_run_"), (Drop)symbol("standin_drop_")});
    functions.insert(slot.get());
  }
  *function = slot.get();
  return OK;
}

int cuLaunchKernel(Function* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, Stream* stream, void** parameters, void** extra) {
  CALL_CONTEXT(cuLaunchKernel);
  if (!functions.count(function)) return misuse(INVALID_HANDLE, "cuLaunchKernel: no such kernel");
  const char* name = function->name.c_str();
  if (!gx || !gy || !gz || !bx || !by || !bz || gx > 2147483647u || gy > 65535 || gz > 65535 || bx > 1024 || by > 1024 || bz > 64 ||
      (size_t)bx * by * bz > 1024 || shared > MAX_SHARED)
    return misuse(INVALID_VALUE, "%s: grid %u %u %u, block %u %u %u, %u bytes of shared memory", name, gx, gy, gz, bx, by, bz, shared);
  if (extra) return misuse(NOT_SUPPORTED, "%s: the stand-in takes parameters by pointers only", name);
  static std::vector<const void*> pointers;  // under the lock
  pointers.clear();
  void* bound = function->bind(parameters, [](const void* p) { pointers.push_back(p); });
  if (!bound) return misuse(INVALID_VALUE, "%s: a parameter is missing", name);
  std::string counter = std::string("kernel:") + name;
  calls[counter]++;
  int injected = OK;
  auto fault = faults.find(counter);
  if (fault != faults.end() && --fault->second.in == 0) {
    injected = fault->second.code;
    faults.erase(fault);
  }
  std::vector<const void*> touched = pointers;
  Launch launch{gx, gy, gz, bx, by, bz, nullptr, backwards};
  return queue(context, stream, counter, [=] {
    int code = injected;
    std::set<uintptr_t> allocated;
    for (auto* p : touched) {
      auto a = find(allocations, p);
      if (a != allocations.end() && a->second.device == context->device)
        allocated.insert(a->first);
      else
        code = misuse(ILLEGAL_ADDRESS, "%s: %p isn't in memory of the device", name, p);
    }
    if (!code) {
      std::vector<char> room(shared + 16, (char)NAN_BYTE);
      Launch run = launch;
      run.shared = (char*)(((uintptr_t)room.data() + 15) & ~(uintptr_t)15);
      function->run(bound, &run);
      for (auto a : allocated)
        if (!guardsAreWhole(a, allocations[a].bytes)) {
          code = misuse(ILLEGAL_ADDRESS, "%s: wrote beside an allocation of %zu bytes", name, allocations[a].bytes);
          memset((char*)a - GUARD, GUARD_BYTE, GUARD);
          memset((char*)a + allocations[a].bytes, GUARD_BYTE, GUARD);
        }
    }
    function->drop(bound);
    return code;
  });
}

// --- errors ---

static const std::map<int, std::pair<const char*, const char*>> ERRORS = {
    {OK, {"CUDA_SUCCESS", "no error"}},
    {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {OUT_OF_MEMORY, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {ILLEGAL_ADDRESS, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
    {LAUNCH_FAILED, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
};

int cuGetErrorName(int code, const char** name) {
  auto known = ERRORS.find(code);
  *name = known == ERRORS.end() ? nullptr : known->second.first;
  return known == ERRORS.end() ? INVALID_VALUE : OK;
}

int cuGetErrorString(int code, const char** text) {
  auto known = ERRORS.find(code);
  *text = known == ERRORS.end() ? nullptr : known->second.second;
  return known == ERRORS.end() ? INVALID_VALUE : OK;
}

// --- class FakeCuda ---

// Counters start anew, faults and modes end, dead contexts live again. What is allocated stays.
JNIEXPORT void JNICALL Java_org_sparkmlp_cuda_FakeCuda_reset(JNIEnv*, jclass) {
  Lock lock;
  calls.clear();
  faults.clear();
  anyFault = {0, 0};
  allCalls = toDevice = toHost = peak = 0;
  misuses.clear();
  abandoned.clear();
  lazy = backwards = false;
  memory = MEMORY;
  hold = {};
  changed.notify_all();
  for (auto& context : primary) {
    drainAll(context.get());
    context->failure = OK;
  }
}

JNIEXPORT void JNICALL Java_org_sparkmlp_cuda_FakeCuda_set(JNIEnv* env, jclass, jstring jwhat, jstring jname, jlong a, jlong b) {
  Lock lock;
  std::string what = readString(env, jwhat), name = readString(env, jname);
  if (what == "fault") faults[name] = {(long)a, (int)b};
  if (what == "anyFault") anyFault = {(long)a, (int)b, name == "stays"};
  if (what == "hold") hold = {name, (long)a};
  if (what == "letGo") hold.held = false;
  if (what == "letGo") changed.notify_all();
  if (what == "lazy") lazy = a != 0;
  if (what == "backwards") backwards = a != 0;
  if (what == "memory") memory = (size_t)a;
  if (what == "devices") {
    devices = (int)a;
    initialized = false;
  }
}

JNIEXPORT void JNICALL Java_org_sparkmlp_cuda_FakeCuda_addSource(JNIEnv* env, jclass, jstring name, jstring text) {
  Lock lock;
  addSource(readString(env, name), readString(env, text));
}

JNIEXPORT jlong JNICALL Java_org_sparkmlp_cuda_FakeCuda_count(JNIEnv* env, jclass, jstring jwhat) {
  Lock lock;
  std::string what = readString(env, jwhat);
  if (what == "calls") return allCalls;
  if (what == "toDevice") return toDevice;
  if (what == "toHost") return toHost;
  if (what == "peak") return peak;
  if (what == "allocation") return (jlong)allocations.size();
  if (what == "pinned") return (jlong)pinned.size();
  return alive[what];
}

// Waits until a thread is held where the test wants it; false if that takes too long.
JNIEXPORT jboolean JNICALL Java_org_sparkmlp_cuda_FakeCuda_awaitHeld(JNIEnv*, jclass, jlong milliseconds) {
  Lock lock;
  return changed.wait_for(mutex, std::chrono::milliseconds(milliseconds), [] { return hold.held; });
}

// Lines of name and number, or text.
JNIEXPORT jstring JNICALL Java_org_sparkmlp_cuda_FakeCuda_text(JNIEnv* env, jclass, jstring jwhat) {
  Lock lock;
  std::string what = readString(env, jwhat);
  std::ostringstream out;
  if (what == "misuses") out << misuses;
  if (what == "abandoned") out << abandoned;
  if (what == "calls")
    for (auto& function : calls) out << function.first << ' ' << function.second << '\n';
  return env->NewStringUTF(out.str().c_str());
}
}
