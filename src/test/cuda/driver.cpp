// libcuda.so.1 stand-in: the driver API on the CPU. TEST ONLY.
//  - "device memory" is host memory with guard bytes, filled with NaN when allocated and when freed
//  - FAKECUDA_ASYNC=1 (or ctl): stream work is queued and runs only when somebody waits for it, so a missing wait shows
//  - every entry point counts its calls and can be made to fail (FakeCuda.fail)
#include "fakecuda.h"
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>
#include <jni.h>

typedef unsigned long long dptr;
namespace {
const size_t GUARD = 64;
const unsigned char GUARD_BYTE = 0xA5;
struct Ctx;
struct Stream { Ctx* ctx; unsigned flags = 0; std::deque<std::function<int()>> q; };
struct Event { Stream* s = nullptr; bool recorded = false, done = false; std::chrono::steady_clock::time_point at; long gen = 0; };
struct Module;
struct Ctx { int dev; int refs = 0; int sticky = 0; Stream null_; std::set<Stream*> streams; std::set<Module*> modules; };
struct Alloc { size_t n; int dev; Ctx* ctx; };
struct Func { std::string name; FkBind bind; FkRun run; FkDrop drop; Module* mod; };
struct Module { void* dl; std::map<std::string, std::unique_ptr<Func>> fn; };
struct Fault { long at; int code; };

std::recursive_mutex G;
bool inited = false;
int n_dev = getenv("FAKECUDA_DEVICES") ? atoi(getenv("FAKECUDA_DEVICES")) : 2;
size_t total = (size_t)(getenv("FAKECUDA_MEM_MB") ? atol(getenv("FAKECUDA_MEM_MB")) : 512) << 20;
bool lazy = getenv("FAKECUDA_ASYNC") && atoi(getenv("FAKECUDA_ASYNC"));
bool trace = getenv("FAKECUDA_TRACE") != nullptr;
std::map<uintptr_t, Alloc> mem;
std::map<uintptr_t, std::pair<size_t, bool>> pinned;  // address -> size, owned
std::map<std::string, long> calls, alive;
std::map<std::string, Fault> faults;
long all_calls = 0, any_at = 0;
int any_code = 0;
std::map<std::string, std::string> ptx_source;
long h2d = 0, d2h = 0, peak = 0, violations = 0;
std::vector<std::unique_ptr<Ctx>> primary;
thread_local std::vector<Ctx*> stack;

Ctx* cur() { return stack.empty() ? nullptr : stack.back(); }
size_t used(int dev) { size_t s = 0; for (auto& a : mem) if (a.second.dev == dev) s += a.second.n; return s; }
std::map<uintptr_t, Alloc>::iterator find(const void* p) {
  auto i = mem.upper_bound((uintptr_t)p);
  if (i == mem.begin()) return mem.end();
  --i;
  return (uintptr_t)p < i->first + i->second.n ? i : mem.end();
}
bool guards_ok(uintptr_t a, size_t n) {
  auto* p = (unsigned char*)a;
  for (size_t i = 0; i < GUARD; i++) if (p[-1 - (long)i] != GUARD_BYTE || p[n + i] != GUARD_BYTE) return false;
  return true;
}
bool is_pinned(const void* p) {
  auto i = pinned.upper_bound((uintptr_t)p);
  if (i == pinned.begin()) return false;
  --i;
  return (uintptr_t)p < i->first + i->second.first;
}
void drain(Stream* s) {
  while (!s->q.empty()) {
    auto op = std::move(s->q.front());
    s->q.pop_front();
    int e = op();
    if (e && !s->ctx->sticky) { s->ctx->sticky = e; violations++; }
  }
}
void drain_blocking(Ctx* c) {  // what the legacy default stream waits for
  drain(&c->null_);
  for (auto* s : c->streams) if (!(s->flags & 1)) drain(s);
}
void drain_all(Ctx* c) { drain(&c->null_); for (auto* s : c->streams) drain(s); }
Stream* of(void* h, Ctx* c) { return h ? (Stream*)h : &c->null_; }
int submit(Ctx* c, void* h, std::function<int()> op) {
  if (h && !c->streams.count((Stream*)h)) return INVALID_HANDLE;
  Stream* s = of(h, c);
  if (!h) drain_blocking(c); else if (!(s->flags & 1)) drain(&c->null_);
  s->q.push_back(std::move(op));
  if (!lazy) drain(s);
  return c->sticky;
}
int release(std::map<uintptr_t, Alloc>::iterator i) {
  bool ok = guards_ok(i->first, i->second.n);
  memset((void*)i->first, 0xFF, i->second.n);
  free((void*)(i->first - 256));
  mem.erase(i);
  return ok ? OK : ILLEGAL_ADDRESS;
}
void unload(Module* m) { dlclose(m->dl); delete m; alive["CUmodule"]--; }
void destroy(Ctx* c) {
  for (auto* s : c->streams) { drain(s); delete s; alive["CUstream"]--; }
  c->streams.clear();
  drain(&c->null_);
  for (auto i = mem.begin(); i != mem.end();) { auto j = i++; if (j->second.ctx == c) release(j); }
  for (auto* m : c->modules) unload(m);
  c->modules.clear();
  c->sticky = 0;
}
}  // namespace

void fk_lock() { G.lock(); }
void fk_unlock() { G.unlock(); }
int fk_enter(const char* fn) {
  std::lock_guard<std::recursive_mutex> l(G);
  calls[fn]++;
  all_calls++;
  if (trace) fprintf(stderr, "fakecuda: %s\n", fn);
  if (any_at && --any_at == 0) return strncmp(fn, "cublas", 6) ? any_code : any_code == OUT_OF_MEMORY ? 3 : 13;
  auto f = faults.find(fn);
  if (f != faults.end() && --f->second.at == 0) { int e = f->second.code; faults.erase(f); return e; }
  return OK;
}
int fk_ctx_error() { Ctx* c = cur(); return !inited ? NOT_INITIALIZED : !c ? INVALID_CONTEXT : c->sticky; }
int fk_current_device() { return cur() ? cur()->dev : -1; }
int fk_check(const void* p, size_t n, int dev) {
  auto i = find(p);
  return i != mem.end() && (uintptr_t)p + n <= i->first + i->second.n && i->second.dev == dev ? OK : INVALID_VALUE;
}
int fk_submit(void* h, std::function<int()> op) { return submit(cur(), h, std::move(op)); }
void fk_drain(void* h) { drain(of(h, cur())); }
void fk_live(const char* kind, int d) { std::lock_guard<std::recursive_mutex> l(G); alive[kind] += d; }

// --- the "compiler" ---
static std::string work_dir() {
  static std::string d = [] {
    const char* t = getenv("FAKECUDA_TMP");
    std::string s = std::string(t ? t : "/tmp") + "/fakecuda-XXXXXX";
    return std::string(mkdtemp(&s[0]) ? s : "/tmp");
  }();
  return d;
}

// Compiles one CUDA C source; returns the text that stands for its PTX.
int fk_compile(const std::string& src, const std::string& name, std::string* log, std::string* ptx) {
  static int seq = 0;
  static std::map<std::string, std::string> done;  // the same source again: the same text
  if (auto i = done.find(src); i != done.end()) { *ptx = i->second; return 0; }
  std::string base = work_dir() + "/m" + std::to_string(getpid()) + "_" + std::to_string(seq++);
  std::string body = std::regex_replace(src, std::regex(R"(extern\s+__shared__\s+(?:__align__\(\d+\)\s*)?(\w+)\s+(\w+)\s*\[\s*\]\s*;)"), "$1* $2 = ($1*)fk::dynsmem;");
  // a kernel with barriers in its body, or in a helper function before the first kernel, runs its threads as fibers
  auto barriers = [](const std::string& t) { return t.find("__sync") != std::string::npos || t.find("__shfl") != std::string::npos; };
  std::map<std::string, bool> kernels;
  bool all = barriers(src.substr(0, src.find("__global__")));
  std::regex kr(R"(__global__\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(\w+)\s*\()");
  for (std::sregex_iterator i(src.begin(), src.end(), kr), e; i != e; ++i) kernels[(*i)[1]] = all || barriers(src.substr(i->position(), src.find("__global__", i->position() + 1) - i->position()));
  std::ofstream o(base + ".cpp");
  o << "#include \"" FK_DIR "/kernel_prelude.h\"\n#line 1 \"" << name << "\"\n" << body << "\n#line 1 \"fakecuda-launchers\"\n";
  for (auto& k : kernels) o << "FK_KERNEL(" << k.first << ", " << (k.second ? "true" : "false") << ")\n";
  o.close();
  std::string cmd = "g++ -std=c++17 -O1 -w -fPIC -shared -o " + base + ".so " + base + ".cpp 2>&1";
  FILE* p = popen(cmd.c_str(), "r");
  if (!p) return 11;
  char buf[4096]; size_t n;
  while ((n = fread(buf, 1, sizeof buf, p)) > 0) log->append(buf, n);
  if (pclose(p) != 0) { *log += "1 error detected in the compilation of \"" + name + "\".\n"; return 6; }
  std::ostringstream t;
  t << "//\n// FAKECUDA-MODULE " << base << ".so\n//\n.version 8.0\n.target sm_52\n.address_size 64\n";
  for (auto& k : kernels) t << ".visible .entry " << k.first << "(\n";
  *ptx = done[src] = t.str();
  return 0;
}

#define API(fn) std::lock_guard<std::recursive_mutex> _l(G); if (int _e = fk_enter(#fn)) return _e; if (!inited) return NOT_INITIALIZED
#define CTX(fn) API(fn); Ctx* c = cur(); if (!c) return INVALID_CONTEXT; if (c->sticky) return c->sticky
static int dev_ok(dptr d, size_t n, Ctx* c) { return fk_check((void*)d, n, c->dev); }

extern "C" {
int cuInit(unsigned) {
  std::lock_guard<std::recursive_mutex> l(G);
  if (int e = fk_enter("cuInit")) return e;
  if (n_dev == 0) return NO_DEVICE;
  inited = true;
  while ((int)primary.size() < n_dev) { primary.emplace_back(new Ctx{(int)primary.size()}); primary.back()->null_.ctx = primary.back().get(); }
  return OK;
}
int cuDriverGetVersion(int* v) { *v = 12000; return OK; }
int cuDeviceGetCount(int* n) { API(cuDeviceGetCount); *n = n_dev; return OK; }
int cuDeviceGet(int* d, int i) { API(cuDeviceGet); if (i < 0 || i >= n_dev) return INVALID_DEVICE; *d = i; return OK; }
int cuDeviceGetName(char* s, int n, int d) { API(cuDeviceGetName); snprintf(s, n, "Stand-in CUDA device %d (CPU)", d); return OK; }
int cuDeviceTotalMem_v2(size_t* n, int) { API(cuDeviceTotalMem_v2); *n = total; return OK; }
int cuDeviceComputeCapability(int* M, int* m, int) { *M = 7; *m = 5; return OK; }
int cuDeviceGetUuid(unsigned char* u, int d) { memset(u, d, 16); return OK; }
int cuDeviceGetPCIBusId(char* s, int n, int d) { API(cuDeviceGetPCIBusId); snprintf(s, n, "0000:%02X:00.0", d + 1); return OK; }
int cuDeviceGetByPCIBusId(int* d, const char* s) {
  API(cuDeviceGetByPCIBusId);
  unsigned dom, bus;
  if (sscanf(s, "%x:%x:", &dom, &bus) != 2 || bus < 1 || (int)bus > n_dev) return INVALID_DEVICE;
  *d = (int)bus - 1;
  return OK;
}
int cuDeviceGetAttribute(int* v, int a, int d) {
  API(cuDeviceGetAttribute);
  if (d < 0 || d >= n_dev) return INVALID_DEVICE;
  static const std::map<int, int> t = {{1, 1024}, {2, 1024}, {3, 1024}, {4, 64}, {5, 2147483647}, {6, 65535}, {7, 65535}, {8, 49152}, {9, 65536}, {10, 32}, {12, 65536},
                                       {13, 1500000}, {16, 40}, {31, 1}, {39, 1024}, {40, 1}, {41, 1}, {75, 7}, {76, 5}, {83, 1}, {115, 0}};
  auto i = t.find(a);
  *v = i == t.end() ? 0 : i->second;
  return OK;
}
// --- contexts ---
int cuDevicePrimaryCtxRetain(Ctx** c, int d) { API(cuDevicePrimaryCtxRetain); if (d < 0 || d >= n_dev) return INVALID_DEVICE; *c = primary[d].get(); (*c)->refs++; alive["primaryCtx"]++; return OK; }
int cuDevicePrimaryCtxRelease_v2(int d) {
  API(cuDevicePrimaryCtxRelease_v2);
  if (d < 0 || d >= n_dev || primary[d]->refs == 0) return INVALID_CONTEXT;
  alive["primaryCtx"]--;
  if (--primary[d]->refs == 0) destroy(primary[d].get());
  return OK;
}
int cuDevicePrimaryCtxReset_v2(int d) { API(cuDevicePrimaryCtxReset_v2); destroy(primary[d].get()); return OK; }
int cuDevicePrimaryCtxGetState(int d, unsigned* f, int* a) { API(cuDevicePrimaryCtxGetState); *f = 0; *a = primary[d]->refs > 0; return OK; }
int cuDevicePrimaryCtxSetFlags_v2(int, unsigned) { return OK; }
int cuCtxCreate_v2(Ctx** o, unsigned, int d) { API(cuCtxCreate_v2); if (d < 0 || d >= n_dev) return INVALID_DEVICE; Ctx* c = new Ctx{d}; c->null_.ctx = c; *o = c; stack.push_back(c); alive["CUcontext"]++; return OK; }
int cuCtxDestroy_v2(Ctx* c) { API(cuCtxDestroy_v2); if (!c) return INVALID_CONTEXT; destroy(c); if (cur() == c) stack.pop_back(); delete c; alive["CUcontext"]--; return OK; }
int cuCtxSetCurrent(Ctx* c) { API(cuCtxSetCurrent); if (!stack.empty()) stack.pop_back(); if (c) stack.push_back(c); return OK; }
int cuCtxGetCurrent(Ctx** c) { API(cuCtxGetCurrent); *c = cur(); return OK; }
int cuCtxPushCurrent_v2(Ctx* c) { API(cuCtxPushCurrent_v2); stack.push_back(c); return OK; }
int cuCtxPopCurrent_v2(Ctx** c) { API(cuCtxPopCurrent_v2); if (stack.empty()) return INVALID_CONTEXT; if (c) *c = cur(); stack.pop_back(); return OK; }
int cuCtxGetDevice(int* d) { CTX(cuCtxGetDevice); *d = c->dev; return OK; }
int cuCtxSynchronize() { CTX(cuCtxSynchronize); drain_all(c); return c->sticky; }
// --- memory ---
int cuMemAlloc_v2(dptr* p, size_t n) {
  CTX(cuMemAlloc_v2);
  if (n == 0) return INVALID_VALUE;
  if (used(c->dev) + n > total) return OUT_OF_MEMORY;
  char* raw = nullptr;
  if (posix_memalign((void**)&raw, 256, 256 + n + GUARD)) return OUT_OF_MEMORY;
  memset(raw, GUARD_BYTE, 256);
  memset(raw + 256, 0xFF, n);  // reads of memory nobody wrote give NaN
  memset(raw + 256 + n, GUARD_BYTE, GUARD);
  mem[(uintptr_t)raw + 256] = {n, c->dev, c};
  peak = std::max(peak, (long)used(c->dev));
  *p = (dptr)(raw + 256);
  return OK;
}
int cuMemFree_v2(dptr p) {
  CTX(cuMemFree_v2);
  if (!p) return OK;
  auto i = mem.find((uintptr_t)p);
  if (i == mem.end()) return INVALID_VALUE;
  drain_all(c);
  int e = release(i);
  if (e && !c->sticky) { c->sticky = e; violations++; }
  return c->sticky;
}
int cuMemGetInfo_v2(size_t* f, size_t* t) { CTX(cuMemGetInfo_v2); *t = total; *f = total - used(c->dev); return OK; }
int cuMemHostAlloc(void** p, size_t n, unsigned) { CTX(cuMemHostAlloc); if (posix_memalign(p, 4096, n)) return OUT_OF_MEMORY; pinned[(uintptr_t)*p] = {n, true}; return OK; }
int cuMemAllocHost_v2(void** p, size_t n) { CTX(cuMemAllocHost_v2); if (posix_memalign(p, 4096, n)) return OUT_OF_MEMORY; pinned[(uintptr_t)*p] = {n, true}; return OK; }
int cuMemFreeHost(void* p) { CTX(cuMemFreeHost); auto i = pinned.find((uintptr_t)p); if (i == pinned.end() || !i->second.second) return INVALID_VALUE; drain_all(c); pinned.erase(i); free(p); return OK; }
int cuMemHostRegister_v2(void* p, size_t n, unsigned) { CTX(cuMemHostRegister_v2); pinned[(uintptr_t)p] = {n, false}; return OK; }
int cuMemHostUnregister(void* p) { CTX(cuMemHostUnregister); drain_all(c); return pinned.erase((uintptr_t)p) ? OK : 713; }
int cuMemcpyHtoD_v2(dptr d, const void* s, size_t n) { CTX(cuMemcpyHtoD_v2); if (dev_ok(d, n, c)) return INVALID_VALUE; drain_blocking(c); memcpy((void*)d, s, n); h2d += n; return c->sticky; }
int cuMemcpyDtoH_v2(void* d, dptr s, size_t n) { CTX(cuMemcpyDtoH_v2); if (dev_ok(s, n, c)) return INVALID_VALUE; drain_blocking(c); if (c->sticky) return c->sticky; memcpy(d, (void*)s, n); d2h += n; return OK; }
int cuMemcpyDtoD_v2(dptr d, dptr s, size_t n) { CTX(cuMemcpyDtoD_v2); if (dev_ok(d, n, c) || dev_ok(s, n, c)) return INVALID_VALUE; return submit(c, nullptr, [=] { memmove((void*)d, (void*)s, n); return OK; }); }
int cuMemcpyHtoDAsync_v2(dptr d, const void* s, size_t n, void* st) {
  CTX(cuMemcpyHtoDAsync_v2);
  if (dev_ok(d, n, c)) return INVALID_VALUE;
  h2d += n;
  if (is_pinned(s)) return submit(c, st, [=] { memcpy((void*)d, s, n); return OK; });
  auto copy = std::make_shared<std::vector<char>>((const char*)s, (const char*)s + n);  // pageable: staged before the call returns
  return submit(c, st, [=] { memcpy((void*)d, copy->data(), n); return OK; });
}
int cuMemcpyDtoHAsync_v2(void* d, dptr s, size_t n, void* st) {
  CTX(cuMemcpyDtoHAsync_v2);
  if (dev_ok(s, n, c)) return INVALID_VALUE;
  d2h += n;
  int e = submit(c, st, [=] { memcpy(d, (void*)s, n); return OK; });
  if (!e && !is_pinned(d)) { drain(of(st, c)); e = c->sticky; }  // pageable: back only when done
  return e;
}
int cuMemcpyDtoDAsync_v2(dptr d, dptr s, size_t n, void* st) { CTX(cuMemcpyDtoDAsync_v2); if (dev_ok(d, n, c) || dev_ok(s, n, c)) return INVALID_VALUE; return submit(c, st, [=] { memmove((void*)d, (void*)s, n); return OK; }); }
int cuMemsetD8Async(dptr d, unsigned char v, size_t n, void* st) { CTX(cuMemsetD8Async); if (dev_ok(d, n, c)) return INVALID_VALUE; return submit(c, st, [=] { memset((void*)d, v, n); return OK; }); }
int cuMemsetD32Async(dptr d, unsigned v, size_t n, void* st) { CTX(cuMemsetD32Async); if (dev_ok(d, n * 4, c)) return INVALID_VALUE; return submit(c, st, [=] { for (size_t i = 0; i < n; i++) ((unsigned*)d)[i] = v; return OK; }); }
int cuMemsetD8_v2(dptr d, unsigned char v, size_t n) { return cuMemsetD8Async(d, v, n, nullptr); }
int cuMemsetD32_v2(dptr d, unsigned v, size_t n) { return cuMemsetD32Async(d, v, n, nullptr); }
// --- streams and events ---
int cuStreamCreate(Stream** s, unsigned f) { CTX(cuStreamCreate); *s = new Stream{c, f}; c->streams.insert(*s); alive["CUstream"]++; return OK; }
int cuStreamCreateWithPriority(Stream** s, unsigned f, int) { return cuStreamCreate(s, f); }
int cuStreamDestroy_v2(Stream* s) { CTX(cuStreamDestroy_v2); if (!c->streams.count(s)) return INVALID_HANDLE; drain(s); c->streams.erase(s); delete s; alive["CUstream"]--; return OK; }
int cuStreamSynchronize(Stream* s) { CTX(cuStreamSynchronize); if (s && !c->streams.count(s)) return INVALID_HANDLE; if (!s) drain_blocking(c); else drain(s); return c->sticky; }
int cuStreamQuery(Stream* s) { CTX(cuStreamQuery); if (of(s, c)->q.empty()) return OK; drain(of(s, c)); return NOT_READY; }
int cuStreamWaitEvent(Stream* s, Event* e, unsigned) { CTX(cuStreamWaitEvent); return submit(c, s, [e] { if (e->recorded && !e->done) drain(e->s); return OK; }); }
int cuEventCreate(Event** e, unsigned) { CTX(cuEventCreate); *e = new Event; alive["CUevent"]++; return OK; }
int cuEventDestroy_v2(Event* e) { CTX(cuEventDestroy_v2); if (e->recorded && !e->done) drain(e->s); delete e; alive["CUevent"]--; return OK; }
int cuEventRecord(Event* e, Stream* s) {
  CTX(cuEventRecord);
  e->s = of(s, c); e->recorded = true; e->done = false;
  long g = ++e->gen;
  return submit(c, s, [e, g] { if (e->gen == g) { e->done = true; e->at = std::chrono::steady_clock::now(); } return OK; });
}
int cuEventQuery(Event* e) { CTX(cuEventQuery); if (!e->recorded || e->done) return OK; drain(e->s); return NOT_READY; }
int cuEventSynchronize(Event* e) { CTX(cuEventSynchronize); while (e->recorded && !e->done) drain(e->s); return c->sticky; }
int cuEventElapsedTime(float* ms, Event* a, Event* b) { CTX(cuEventElapsedTime); if (!a->recorded || !b->recorded) return INVALID_HANDLE; if (!a->done || !b->done) return NOT_READY; *ms = std::chrono::duration<float, std::milli>(b->at - a->at).count(); return OK; }
// --- modules and kernels ---
int cuModuleLoadData(Module** m, const char* image) {
  CTX(cuModuleLoadData);
  std::string text = image, so;
  size_t at = text.find("FAKECUDA-MODULE ");
  if (at == std::string::npos) {  // PTX that a real compiler made: run the source registered for it
    if (text.find(".version") == std::string::npos) return INVALID_IMAGE;
    std::string log, ptx;
    for (auto& s : ptx_source) {  // the registered source must define every entry of the PTX
      bool all = true;
      for (size_t p = text.find(".entry "); p != std::string::npos && all; p = text.find(".entry ", p + 1)) {
        size_t b = p + 7, e = b;
        while (e < text.size() && (isalnum((unsigned char)text[e]) || text[e] == '_')) e++;
        all = s.second.find(text.substr(b, e - b) + "(") != std::string::npos;
      }
      if (all && fk_compile(s.second, s.first, &log, &ptx) == 0) { text = ptx; at = text.find("FAKECUDA-MODULE "); break; }
    }
    if (at == std::string::npos) return INVALID_PTX;
  }
  so = text.substr(at + 16, text.find('\n', at) - at - 16);
  void* dl = dlopen(so.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!dl) { fprintf(stderr, "fakecuda: %s\n", dlerror()); return INVALID_IMAGE; }
  *m = new Module{dl, {}};
  c->modules.insert(*m);
  alive["CUmodule"]++;
  return OK;
}
int cuModuleLoadDataEx(Module** m, const char* image, unsigned, int*, void**) { return cuModuleLoadData(m, image); }
int cuModuleUnload(Module* m) { CTX(cuModuleUnload); if (!c->modules.erase(m)) return INVALID_HANDLE; drain_all(c); unload(m); return OK; }
int cuModuleGetFunction(Func** f, Module* m, const char* name) {
  CTX(cuModuleGetFunction);
  if (!c->modules.count(m)) return INVALID_HANDLE;
  auto& slot = m->fn[name];
  if (!slot) {
    auto get = [&](const char* p) { return dlsym(m->dl, (std::string(p) + name).c_str()); };
    if (!get("fk_run_")) { m->fn.erase(name); return NOT_FOUND; }
    slot.reset(new Func{name, (FkBind)get("fk_bind_"), (FkRun)get("fk_run_"), (FkDrop)get("fk_drop_"), m});
  }
  *f = slot.get();
  return OK;
}
int cuFuncGetAttribute(int* v, int a, Func*) { *v = a == 0 ? 1024 : 0; return OK; }
int cuFuncSetAttribute(Func*, int, int) { return OK; }
int cuFuncSetCacheConfig(Func*, int) { return OK; }
int cuOccupancyMaxPotentialBlockSize(int* g, int* b, Func*, void*, size_t, int) { *g = 40; *b = 256; return OK; }
int cuLaunchKernel(Func* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned smem, Stream* s, void** params, void** extra) {
  CTX(cuLaunchKernel);
  if (!f) return INVALID_HANDLE;
  if (!gx || !gy || !gz || !bx || !by || !bz || gx > 2147483647u || gy > 65535 || gz > 65535 || bx > 1024 || by > 1024 || bz > 64 || (unsigned long)bx * by * bz > 1024 || smem > 49152) return INVALID_VALUE;
  if (extra) return NOT_SUPPORTED;
  fk_enter(("kernel:" + f->name).c_str());
  static thread_local std::set<uintptr_t>* touched;
  std::set<uintptr_t> t;
  touched = &t;
  int err = OK;
  void* b = f->bind(params, [](const void* p) -> int { auto i = find(p); if (i == mem.end() || i->second.dev != cur()->dev) return 1; touched->insert(i->first); return 0; }, &err);
  if (err == INVALID_VALUE) return INVALID_VALUE;
  return submit(c, s, [=] {
    int e = err;  // a pointer that is no device memory: an illegal address when the kernel runs, as on a GPU
    for (auto a : t) if (!mem.count(a)) e = ILLEGAL_ADDRESS;  // freed meanwhile
    if (!e) {
      std::vector<char> sh(smem + 16);
      FkLaunch l{gx, gy, gz, bx, by, bz, sh.data()};
      f->run(b, &l);
      for (auto a : t) if (!guards_ok(a, mem[a].n)) { fprintf(stderr, "fakecuda: kernel %s wrote outside an allocation of %zu bytes\n", f->name.c_str(), mem[a].n); e = ILLEGAL_ADDRESS; }
    }
    f->drop(b);
    return e;
  });
}
int cuLaunchHostFunc(Stream* s, void (*fn)(void*), void* u) { CTX(cuLaunchHostFunc); return submit(c, s, [=] { fn(u); return OK; }); }
// --- errors ---
static const std::map<int, std::pair<const char*, const char*>> ERR = {
    {0, {"CUDA_SUCCESS", "no error"}}, {1, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}}, {2, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {3, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}}, {100, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}}, {101, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {200, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}}, {201, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}}, {218, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
    {400, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}}, {500, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}}, {600, {"CUDA_ERROR_NOT_READY", "device not ready"}},
    {700, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}}, {719, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}}, {801, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}}};
int cuGetErrorName(int e, const char** s) { auto i = ERR.find(e); *s = i == ERR.end() ? nullptr : i->second.first; return i == ERR.end() ? 1 : 0; }
int cuGetErrorString(int e, const char** s) { auto i = ERR.find(e); *s = i == ERR.end() ? nullptr : i->second.second; return i == ERR.end() ? 1 : 0; }
// --- what a statically linked CUDA runtime asks for ---
int cuGetProcAddress(const char* n, void** p, int, uint64_t) {
  if (trace) fprintf(stderr, "fakecuda: cuGetProcAddress %s\n", n);
  Dl_info di; dladdr((void*)&cuInit, &di);
  static void* self = dlopen(di.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  for (const char* suffix : {"_v3", "_v2", ""}) if ((*p = dlsym(self, (std::string(n) + suffix).c_str()))) return OK;
  return NOT_FOUND;
}
int cuGetProcAddress_v2(const char* n, void** p, int v, uint64_t f, int* q) { int e = cuGetProcAddress(n, p, v, f); if (q) *q = e ? 1 : 0; return e; }
int cuGetExportTable(const void** t, const unsigned char* id) {
  if (trace) { fprintf(stderr, "fakecuda: cuGetExportTable "); for (int i = 0; i < 16; i++) fprintf(stderr, "%02x", id[i]); fprintf(stderr, "\n"); }
  *t = nullptr;
  return NOT_FOUND;
}

// --- what a test asks the stand-in: class FakeCuda ---
JNIEXPORT jlong JNICALL Java_org_sparkmlp_cuda_FakeCuda_control(JNIEnv* env, jclass, jint op, jstring js, jlong a, jlong b) {
  std::lock_guard<std::recursive_mutex> l(G);
  std::string s;
  if (js) { const char* u = env->GetStringUTFChars(js, nullptr); s = u; env->ReleaseStringUTFChars(js, u); }
  switch (op) {
    case 0: calls.clear(); faults.clear(); all_calls = any_at = 0; h2d = d2h = peak = violations = 0; lazy = false; return 0;
    case 1: return (jlong)mem.size();
    case 2: { size_t n = 0; for (auto& m : mem) n += m.second.n; return (jlong)n; }
    case 3: return h2d;
    case 4: return d2h;
    case 5: return calls[s];
    case 6: faults[s] = {(long)a, (int)b}; return 0;     // the a-th call from now of s fails with code b
    case 7: lazy = a != 0; return 0;
    case 8: return alive[s];
    case 9: return (jlong)pinned.size();
    case 10: return peak;
    case 11: n_dev = (int)a; inited = false; return 0;
    case 12: total = (size_t)a; return 0;
    case 13: return violations;
    case 15: any_at = a; any_code = (int)b; return 0;
    case 16: return all_calls;
    case 14: { size_t nl = s.find('\n'); ptx_source[s.substr(0, nl)] = s.substr(nl + 1); return 0; }
  }
  return -1;
}
}
