// Made by scripts/generate-abi.ts from facts/; read by syscalls.ts.

export const KERNEL = `v7.2-rc1`;

export const TYPES = `int|s32
unsigned long|uword
unsigned int|u32
const char __user *|p
size_t|uword
u32|u32
pid_t|s32
char __user *|p
int __user *|p
void __user *|p
struct __kernel_timespec __user *|p
gid_t|u32
uid_t|u32
old_gid_t|u16
old_uid_t|u16
const struct __kernel_timespec __user *|p
const struct iovec __user *|p
loff_t|s64
long|sword
clockid_t|s32
fd_set __user *|p
umode_t|u16
gid_t __user *|p
struct sockaddr __user *|p
struct __kernel_itimerspec __user *|p
const sigset_t __user *|p
const void __user *|p
loff_t __user *|p
sigset_t __user *|p
unsigned|u32
aio_context_t|uword
mqd_t|s32
siginfo_t __user *|p
struct __kernel_old_timeval __user *|p
timer_t|s32
u32 __user *|p
uid_t __user *|p
unsigned long __user *|p
const char __user *const __user *|p
const struct __kernel_itimerspec __user *|p
const unsigned long __user *|p
rwf_t|s32
struct epoll_event __user *|p
struct io_event __user *|p
struct stat __user *|p
struct stat64 __user *|p
__u32|u32
key_t|s32
old_sigset_t __user *|p
struct __kernel_old_itimerval __user *|p
struct __kernel_timex __user *|p
struct __old_kernel_stat __user *|p
struct mmsghdr __user *|p
struct pollfd __user *|p
struct rlimit __user *|p
struct rusage __user *|p
struct sched_param __user *|p
struct sembuf __user *|p
u64 __user *|p
uintptr_t|p
cap_user_data_t|p
cap_user_header_t|p
const struct __aio_sigset __user *|p
const struct mnt_id_req __user *|p
const struct sigaction __user *|p
key_serial_t|s32
off_t|sword
qid_t|u32
size_t __user *|p
struct file_attr __user *|p
struct file_handle __user *|p
struct futex_waitv __user *|p
struct iocb __user *__user *|p
struct kexec_segment __user *|p
struct lsm_ctx __user *|p
struct mount_attr __user *|p
struct mq_attr __user *|p
struct msgbuf __user *|p
struct robust_list_head __user *|p
struct sched_attr __user *|p
struct sigaction __user *|p
struct statfs __user *|p
struct statfs64 __user *|p
struct timezone __user *|p
struct user_desc __user *|p
struct user_msghdr __user *|p
unsigned __user *|p
unsigned int __user *|p
__kernel_old_time_t __user *|p
__s32|s32
__sighandler_t|p
__u64|u64
aio_context_t __user *|p
const int __user *|p
const stack_t __user *|p
const struct landlock_ruleset_attr __user *|p
const struct mq_attr __user *|p
const struct ns_id_req __user *|p
const struct old_sigaction __user *|p
const struct rlimit64 __user *|p
const struct sigevent __user *|p
const struct xattr_args __user *|p
const void __user *__user *|p
enum landlock_rule_type|u32
old_sigset_t|uword
old_time32_t __user *|p
stack_t __user *|p
struct __sysctl_args __user *|p
struct cachestat __user *|p
struct cachestat_range __user *|p
struct clone_args __user *|p
struct getcpu_cache __user *|p
struct io_uring_params __user *|p
struct iocb __user *|p
struct kernel_sym __user *|p
struct linux_dirent __user *|p
struct linux_dirent64 __user *|p
struct mmap_arg_struct __user *|p
struct msqid_ds __user *|p
struct new_utsname __user *|p
struct nfsctl_arg __user *|p
struct old_linux_dirent __user *|p
struct old_sigaction __user *|p
struct old_utsname __user *|p
struct oldold_utsname __user *|p
struct open_how __user *|p
struct perf_event_attr __user *|p
struct riscv_hwprobe __user *|p
struct rlimit64 __user *|p
struct robust_list_head __user *__user *|p
struct rseq __user *|p
struct sel_arg_struct __user *|p
struct shmid_ds __user *|p
struct sigevent __user *|p
struct siginfo __user *|p
struct statmount __user *|p
struct statx __user *|p
struct sysinfo __user *|p
struct tms __user *|p
struct ustat __user *|p
struct utimbuf __user *|p
struct vm86_struct __user *|p
struct xattr_args __user *|p
timer_t __user *|p
u64|u64
union bpf_attr __user *|p
union nfsctl_res __user *|p
unsigned char __user *|p`;

export const ABI_SINCE = `,,3.4,3.7,2.6.16,4.15`;

export const ALIASES = `sync_file_range2|arm_sync_file_range`;

export const CALLS = `_llseek|1.2|,140,,,140,|2:fd 1:offset_high 1:offset_low r:result 2:whence
_newselect|2.0|,142,,,142,|0:n/nfds k:inp/readfds k:outp/writefds k:exp/exceptfds x:tvp/timeout
_sysctl|2.0|156!,149!,,,149!,|2z:args
accept|2.0|43,,43,202,285,202|0:fd/sockfd n:upeer_sockaddr/addr 8:upeer_addrlen/addrlen
accept4|2.6.28|288,364@4.3,288,242,366,242|0:fd/sockfd n:upeer_sockaddr/addr 8:upeer_addrlen/addrlen 0:flags
access|1.0|21,33,21,,33,|3:filename/pathname 0:mode
acct|1.0|163,51,163,89,51,89|3:name/filename
add_key|2.6.10|248,286,248,217,309,217|3:_type/type 3:_description/description q:_payload/payload 4:plen 1t:ringid/keyring
adjtimex|1.0|159,124,159,171,124,171|1e:txc_p/buf
afs_syscall||183!,137!,183!,,,|
alarm|1.0|37,27,37,,,|2:seconds
arch_prctl|2.6|158,384@4.12,158,,,|0:option/code 1:arg2/addr
arm_fadvise64_64|2.6|,,,,270,|0:fd 0:advice 5:offset_lo 5:offset_hi 5:len_lo 5:len_hi
arm_sync_file_range|2.6.22|,,,,341,|0:fd 2:flags 5:offset_lo 5:offset_hi 5:nbytes_lo 5:nbytes_hi
bdflush|1.2|,134!,,,134!,|0:func i:data
bind|2.0|49,361@4.3,49,200,282,200|0:fd/sockfd n:umyaddr/addr 0:addrlen
bpf|3.18|321,357,321,280,386,280|0:cmd 41:uattr/attr 2:size
break||,17!,,,,|
breakpoint|2.2|,,,,983041,|
brk|1.0|12,45,12,214,45,214|1:brk/addr
cacheflush|1.2|,,,,983042,|1:start/addr 1:end/nbytes 0:flags/cache
cachestat|6.5|451,451,451,451,451,451|2:fd 31:cstat_range 30:cstat 2:flags
capget|2.2|125,184,125,90,184,90|1p:header/hdrp 1o:dataptr/datap
capset|2.2|126,185,126,91,185,91|1p:header/hdrp 1o:data/datap
chdir|1.0|80,12,80,49,12,49|3:filename/path
chmod|1.0|90,15,90,,15,|3:filename/pathname l:mode
chown|2.2|92,182,92,,182,|3:filename/pathname c:user/owner b:group|14=3:filename/pathname e:user/owner d:group
chown32|2.4|,212,,,212,|3:filename/pathname c:user/owner b:group
chroot|1.0|161,61,161,51,61,51|3:filename/path
clock_adjtime|2.6.39|305,343,305,266,372,266|j:which_clock/clk_id 1e:utx/buf
clock_adjtime64|5.1|,405,,,405,|j:which_clock/clk_id 1e:utx/buf
clock_getres|2.6|229,266,229,114,264,114|j:which_clock/clockid a:tp/res
clock_getres_time64|5.1|,406,,,406,|j:which_clock/clockid a:tp/res
clock_gettime|2.6|228,265,228,113,263,113|j:which_clock/clockid a:tp
clock_gettime64|5.1|,403,,,403,|j:which_clock/clockid a:tp
clock_nanosleep|2.6|230,267,230,115,265,115|j:which_clock/clockid 0:flags f:rqtp/request a:rmtp/remain
clock_nanosleep_time64|5.1|,407,,,407,|j:which_clock/clockid 0:flags f:rqtp/request a:rmtp/remain
clock_settime|2.6|227,264,227,112,262,112|j:which_clock/clockid f:tp
clock_settime64|5.1|,404,,,404,|j:which_clock/clockid f:tp
clone|1.0|56,120,56,220,120,220|1:clone_flags/flags 1:newsp/stack 8:parent_tidptr/parent_tid 8:child_tidptr/child_tid 1:tls|1345=1:clone_flags/flags 1:newsp/stack 8:parent_tidptr/parent_tid 1:tls 8:child_tidptr/child_tid
clone3|5.3|435,435,435,435,435,435|32:uargs/cl_args 4:size
close|1.0|3,6,3,57,6,57|2:fd
close_range|5.9|436,436,436,436,436,436|2:fd/first 2:max_fd/last 2:flags
connect|2.0|42,362@4.3,42,203,283,203|0:fd/sockfd n:uservaddr/addr 0:addrlen
copy_file_range|4.5|326,377,326,285,391,285|0:fd_in r:off_in 0:fd_out r:off_out 4:len 2:flags
creat|1.0|85,8,85,,8,|3:pathname l:mode
create_module|1.0|174!,127!,,,,|3:name 4:size
delete_module|1.0|176,129,176,106,129,106|3:name_user/name 2:flags
dup|1.0|32,41,32,23,41,23|2:fildes/oldfd
dup2|1.0|33,63,33,,63,|2:oldfd 2:newfd
dup3|2.6.27|292,330,292,24,358,24|2:oldfd 2:newfd 0:flags
epoll_create|2.6|213,254,213,,250,|0:size
epoll_create1|2.6.27|291,329,291,20,357,20|0:flags
epoll_ctl|2.6|233,255,233,21,251,21|0:epfd 0:op 0:fd 16:event
epoll_ctl_old||214!,,,,,|
epoll_pwait|2.6.19|281,319,281,22,346,22|0:epfd 16:events 0:maxevents 0:timeout p:sigmask 4:sigsetsize
epoll_pwait2|5.11|441,441,441,441,441,441|0:epfd 16:events 0:maxevents f:timeout p:sigmask 4:sigsetsize
epoll_wait|2.6|232,256,232,,252,|0:epfd 16:events 0:maxevents 0:timeout
epoll_wait_old||215!,,,,,|
eventfd|2.6.22|284,323,284,,351,|2:count/initval
eventfd2|2.6.27|290,328,290,19,356,19|2:count/initval 0:flags
execve|1.0|59,11,520,221,11,221|3:filename/pathname 12:argv 12:envp
execveat|3.19|322,358,545,281,387,281|0:fd/dirfd 3:filename/pathname 12:argv 12:envp 0:flags
exit|1.0|60,1,60,93,1,93|0:error_code/status
exit_group|2.6|231,252,231,94,248,94|0:error_code/status
faccessat|2.6.16|269,307,269,48,334,48|0:dfd/dirfd 3:filename/pathname 0:mode
faccessat2|5.8|439,439,439,439,439,439|0:dfd/dirfd 3:filename/pathname 0:mode 0:flags
fadvise64|2.6|221,250,221,223,,223|0:fd h:offset 4:len 0:advice|1=0:fd 5:offset_lo 5:offset_hi 4:len 0:advice|35=0:fd h:offset h:len 0:advice
fadvise64_64|2.6|,272,,,,|0:fd 5:offset_lo 5:offset_hi 5:len_lo 5:len_hi 0:advice
fallocate|2.6.23|285,324,285,47,352,47|0:fd 0:mode h:offset h:len|14=0:fd 0:mode 5:offset_lo 5:offset_hi 5:len_lo 5:len_hi
fanotify_init|2.6.37|300,338,300,262,367,262|2:flags 2:event_f_flags
fanotify_mark|2.6.37|301,339,301,263,368,263|0:fanotify_fd 2:flags 2j:mask 0:dfd/dirfd 3:pathname|14=0:fanotify_fd 2:flags 5:mask_lo 5:mask_hi 0:dfd/dirfd 3:pathname
fchdir|1.0|81,133,81,50,133,50|2:fd
fchmod|1.0|91,94,91,52,94,52|2:fd l:mode
fchmodat|2.6.16|268,306,268,53,333,53|0:dfd/dirfd 3:filename/pathname l:mode
fchmodat2|6.6|452,452,452,452,452,452|0:dfd/dirfd 3:filename/pathname l:mode 2:flags
fchown|1.0|93,95,93,55,95,55|2:fd c:user/owner b:group|14=2:fd e:user/owner d:group
fchown32|2.4|,207,,,207,|2:fd c:user/owner b:group
fchownat|2.6.16|260,298,260,54,325,54|0:dfd/dirfd 3:filename/pathname c:user/owner b:group 0:flag/flags
fcntl|1.0|72,55,72,25,55,25|2:fd 2:cmd 1:arg
fcntl64|2.4|,221,,,221,|2:fd 2:cmd 1:arg
fdatasync|2.0|75,148,75,83,148,83|2:fd
fgetxattr|2.4.18|193,231,193,10,231,10|0:fd 3:name 9:value 4:size
file_getattr|6.17|468,468,468,468,468,468|0:dfd 3:filename 1x:ufattr 4:usize 2:at_flags
file_setattr|6.17|469,469,469,469,469,469|0:dfd 3:filename 1x:ufattr 4:usize 2:at_flags
finit_module|3.8|313,350,313,273,379,273|0:fd 3:uargs/param_values 0:flags
flistxattr|2.4.18|196,234,196,13,234,13|0:fd 7:list 4:size
flock|2.0|73,143,73,32,143,32|2:fd 2:cmd/operation
fork|1.0|57,2,57,,2,|
fremovexattr|2.4.18|199,237,199,16,237,16|0:fd 3:name
fsconfig|5.2|431,431,431,431,431,431|0:fd 2:cmd 3:_key q:_value 0:aux
fsetxattr|2.4.18|190,228,190,7,228,7|0:fd 3:name q:value 4:size 0:flags
fsmount|5.2|432,432,432,432,432,432|0:fs_fd 2:flags 2:attr_flags
fsopen|5.2|430,430,430,430,430,430|3:_fs_name 2:flags
fspick|5.2|433,433,433,433,433,433|0:dfd 3:path 2:flags
fstat|1.0|5,108,5,80,108,80|2:fd 18:statbuf
fstat64|2.4|,197,,,197,|1:fd 19:statbuf
fstatat64|2.6.16|,300,,,327,|0:dfd/dirfd 3:filename/pathname 19:statbuf 0:flag/flags
fstatfs|1.0|138,100,138,44,100,44|2:fd 29:buf
fstatfs64|2.6|,269,,,267,|2:fd 4:sz 2a:buf
fsync|1.0|74,118,74,82,118,82|2:fd
ftime||,35!,,,,|
ftruncate|1.0|77,93,77,46,93,46|2:fd 1u:length
ftruncate64|2.4|,194,,,194,|2:fd 5:length_lo 5:length_hi|4=2:fd 5:pad 5:length_lo 5:length_hi
futex|2.6|202,240,202,98,240,98|z:uaddr 0:op/futex_op 5:val f:utime/timeout z:uaddr2 5:val3
futex_requeue|6.7|456,456,456,456,456,456|1z:waiters 2:flags 0:nr_wake 0:nr_requeue
futex_time64|5.1|,422,,,422,|z:uaddr 0:op/futex_op 5:val f:utime/timeout z:uaddr2 5:val3
futex_wait|6.7|455,455,455,455,455,455|9:uaddr 1:val 1:mask 2:flags a:timeout j:clockid
futex_waitv|5.16|449,449,449,449,449,449|1z:waiters 2:nr_futexes 2:flags a:timeout j:clockid
futex_wake|6.7|454,454,454,454,454,454|9:uaddr 1:mask 0:nr 2:flags
futimesat|2.6.16|261,299,261,,326,|0:dfd/dirfd 3:filename/pathname x:utimes/times
get_kernel_syms|1.0|177!,130!,,,,|36:table
get_mempolicy|2.6.7|239,275,239,236,320,236|8:policy/mode 11:nmask/nodemask 1:maxnode 1:addr 1:flags
get_robust_list|2.6.17|274,312,531,100,339,100|0:pid 3l:head_ptr 1w:len_ptr
get_thread_area|2.6|211!,244,,,,|2c:u_info
get_tls|4.15|,,,,983046,|
getcpu|2.6.19|309@3.1,318,309@3.1,168,345,168|2e:cpup/cpu 2e:nodep/node 33:unused/tcache
getcwd|2.2|79,183,79,17,183,17|7:buf 1:size
getdents|2.0|78,141,78,,141,|2:fd 37:dirent/dirp 2:count
getdents64|2.4|217,220,217,61,217,61|2:fd 38:dirent/dirp 2:count
getegid|1.0|108,50,108,177,50,177|
getegid32|2.4|,202,,,202,|
geteuid|1.0|107,49,107,175,49,175|
geteuid32|2.4|,201,,,201,|
getgid|1.0|104,47,104,176,47,176|
getgid32|2.4|,200,,,200,|
getgroups|1.0|115,80,115,158,80,158|0:gidsetsize/size m:grouplist/list
getgroups32|2.4|,205,,,205,|0:gidsetsize/size m:grouplist/list
getitimer|1.0|36,105,36,102,105,102|0:which 1d:value/curr_value
getpeername|2.0|52,368@4.3,52,205,287,205|0:fd/sockfd n:usockaddr/addr 8:usockaddr_len/addrlen
getpgid|1.0|121,132,121,155,132,155|6:pid
getpgrp|1.0|111,65,111,,65,|
getpid|1.0|39,20,39,172,20,172|
getpmsg||181!,188!,181!,,,|
getppid|1.0|110,64,110,173,64,173|
getpriority|1.0|140,96,140,141,96,141|0:which 0:who
getrandom|3.17|318,355,318,278,384,278|7:ubuf/buf 4:len/buflen 2:flags
getresgid|2.2|120,171,120,150,171,150|m:rgidp/rgid m:egidp/egid m:sgidp/sgid
getresgid32|2.4|,211,,,211,|m:rgidp/rgid m:egidp/egid m:sgidp/sgid
getresuid|2.2|118,165,118,148,165,148|10:ruidp/ruid 10:euidp/euid 10:suidp/suid
getresuid32|2.4|,209,,,209,|10:ruidp/ruid 10:euidp/euid 10:suidp/suid
getrlimit|1.0|97,76,97,163,,163|2:resource 1i:rlim
getrusage|1.0|98,77,98,165,77,165|0:who 1j:ru/usage
getsid|2.0|124,147,124,156,147,156|6:pid
getsockname|2.0|51,367@4.3,51,204,286,204|0:fd/sockfd n:usockaddr/addr 8:usockaddr_len/addrlen
getsockopt|2.0|55,365@4.3,542,209,295,209|0:fd/sockfd 0:level 0:optname 7:optval 8:optlen
gettid|2.4.11|186,224,186,178,224,178|
gettimeofday|1.0|96,78,96,169,78,169|x:tv 2b:tz
getuid|1.0|102,24,102,174,24,174|
getuid32|2.4|,199,,,199,|
getxattr|2.4.18|191,229,191,8,229,8|3:pathname/path 3:name 9:value 4:size
getxattrat|6.13|464,464,464,464,464,464|0:dfd 3:pathname 2:at_flags 3:name 3y:uargs 4:usize
gtty||,32!,,,,|
idle||,112!,,,,|
init_module|1.0|175,128,175,105,128,105|9:umod/module_image 1:len 3:uargs/param_values
inotify_add_watch|2.6.13|254,292,254,27,317,27|0:fd 3:pathname 5:mask
inotify_init|2.6.13|253,291,253,,316,|
inotify_init1|2.6.27|294,332,294,26,360,26|0:flags
inotify_rm_watch|2.6.13|255,293,255,28,318,28|0:fd 2h:wd
io_cancel|2.6|210,249,210,3,247,3|u:ctx_id 35:iocb 17:result
io_destroy|2.6|207,246,207,1,244,1|u:ctx/ctx_id
io_getevents|2.6|208,247,208,4,245,4|u:ctx_id i:min_nr i:nr 17:events a:timeout
io_pgetevents|4.18|333,385,333,292,399@4.19,292|u:ctx_id i:min_nr i:nr 17:events a:timeout 1q:usig
io_pgetevents_time64|5.1|,416,,,416,|u:ctx_id i:min_nr i:nr 17:events a:timeout 1q:usig
io_setup|2.6|206,245,543,0,243,0|t:nr_events 2k:ctxp/ctx_idp
io_submit|2.6|209,248,544,2,246,2|u:ctx_id i:nr 20:iocbpp|2=5:ctx_id 0:nr 20:iocbpp
io_uring_enter|5.1|426,426,426,426,426,426|2:fd 5:to_submit 5:min_complete 5:flags q:argp 4:argsz
io_uring_register|5.1|427,427,427,427,427,427|2:fd 2:opcode 9:arg 2:nr_args
io_uring_setup|5.1|425,425,425,425,425,425|5:entries 34:params
ioctl|1.0|16,54,514,29,54,29|2:fd 2:cmd/request 1:arg|2=2:fd 2:cmd/request 5:arg
ioperm|1.0|173,101,173,,,|1:from 1:num 0:turn_on
iopl|1.0|172,110,172,,,|2:level
ioprio_get|2.6.13|252,290,252,31,315,31|0:which 0:who
ioprio_set|2.6.13|251,289,251,30,314,30|0:which 0:who 0:ioprio
ipc|1.0|,117,,,,|2:call 0:first 1:second 1:third 9:ptr i:fifth
kcmp|3.5|312,349,312,272,378@3.9,272|6:pid1 6:pid2 0:type 1:idx1 1:idx2
kexec_file_load|3.17|320,,320,294@5.0,401@5.1,294@5.0|0:kernel_fd 0:initrd_fd 1:cmdline_len 3:cmdline_ptr/cmdline 1:flags
kexec_load|2.6.13|246,283,528,104,347,104|1:entry 1:nr_segments 21:segments 1:flags|2=5:entry 5:nr_segments 21:segments 5:flags
keyctl|2.6.10|250,288,250,219,311,219|0:option/operation 1:arg2 1:arg3 1:arg4 1:arg5
kill|1.0|62,37,62,129,37,129|6:pid 0:sig
landlock_add_rule|5.13|445,445,445,445,445,445|0:ruleset_fd 2v:rule_type q:rule_attr 1a:flags
landlock_create_ruleset|5.13|444,444,444,444,444,444|2n:attr 4:size 1a:flags
landlock_restrict_self|5.13|446,446,446,446,446,446|0:ruleset_fd 1a:flags
lchown|1.0|94,16,94,,16,|3:filename/pathname c:user/owner b:group|14=3:filename/pathname e:user/owner d:group
lchown32|2.4|,198,,,198,|3:filename/pathname c:user/owner b:group
lgetxattr|2.4.18|192,230,192,9,230,9|3:pathname/path 3:name 9:value 4:size
link|1.0|86,9,86,,9,|3:oldname/oldpath 3:newname/newpath
linkat|2.6.16|265,303,265,37,330,37|0:olddfd/olddirfd 3:oldname/oldpath 0:newdfd/newdirfd 3:newname/newpath 0:flags
listen|2.0|50,363@4.3,50,201,284,201|0:fd/sockfd 0:backlog
listmount|6.8|458,458,458,458,458,458|1r:req 1m:mnt_ids 4:nr_mnt_ids 2:flags
listns|6.19|470,470,470,470,470,470|2p:req 1m:ns_ids 4:nr_ns_ids 2:flags
listxattr|2.4.18|194,232,194,11,232,11|3:pathname/path 7:list 4:size
listxattrat|6.13|465,465,465,465,465,465|0:dfd 3:pathname 2:at_flags 7:list 4:size
llistxattr|2.4.18|195,233,195,12,233,12|3:pathname/path 7:list 4:size
lock||,53!,,,,|
lookup_dcookie|2.6|212!,253!,212!,18!,249!,18!|40:cookie64/cookie 7:buf/buffer 4:len|14=5:cookie64_lo 5:cookie64_hi 7:buf/buffer 4:len
lremovexattr|2.4.18|198,236,198,15,236,15|3:pathname/path 3:name
lseek|1.0|8,19,8,62,19,62|2:fd 1u:offset 2:whence
lsetxattr|2.4.18|189,227,189,6,227,6|3:pathname/path 3:name q:value 4:size 0:flags
lsm_get_self_attr|6.8|459,459,459,459,459,459|2:attr 22:ctx z:size 5:flags
lsm_list_modules|6.8|461,461,461,461,461,461|1m:ids z:size 5:flags
lsm_set_self_attr|6.8|460,460,460,460,460,460|2:attr 22:ctx 5:size 5:flags
lstat|1.0|6,107,6,,107,|3:filename/pathname 18:statbuf
lstat64|2.4|,196,,,196,|3:filename/pathname 19:statbuf
madvise|2.4|28,219,28,233,220,233|1:start/addr 4:len_in/length 0:behavior/advice
map_shadow_stack|6.6|453,453@6.7,453@6.10,453@6.7,453@6.7,453@6.7|1:addr 1:size 2:flags
mbind|2.6.7|237,274,237,235,319,235|1:start/addr 1:len 1:mode 14:nmask/nodemask 1:maxnode 2:flags
membarrier|4.3|324,375,324,283,389,283|0:cmd 2:flags 0:cpu_id
memfd_create|3.17|319,356,319,279,385,279|3:uname/name 2:flags
memfd_secret|5.14|447,447,447,447,,447|2:flags
migrate_pages|2.6.16|256,294,256,238,400@5.1,238|6:pid 1:maxnode 14:old_nodes 14:new_nodes
mincore|2.4|27,218,27,232,219,232|1:start/addr 4:len/length 43:vec
mkdir|1.0|83,39,83,,39,|3:pathname l:mode
mkdirat|2.6.16|258,296,258,34,323,34|0:dfd/dirfd 3:pathname l:mode
mknod|1.0|133,14,133,,14,|3:filename/pathname l:mode t:dev
mknodat|2.6.16|259,297,259,33,324,33|0:dfd/dirfd 3:filename/pathname l:mode 2:dev
mlock|2.0|149,150,149,228,150,228|1:start/addr 4:len
mlock2|4.4|325,376,325,284,390,284|1:start/addr 4:len 0:flags
mlockall|2.0|151,152,151,230,152,230|0:flags
mmap|1.0|9,90,9,222,,222|1:addr 1:len/length 1:prot 1:flags 1:fd 1:off/offset|1=39:arg
mmap2|2.4|,192,,,192,|1:addr 1:len/length 1:prot 1:flags 1:fd 1:pgoff/pgoffset
modify_ldt|1.0|154,123,154,,,|0:func 9:ptr 1:bytecount
mount|1.0|165,21,165,40,21,40|7:dev_name/source 7:dir_name/target 7:type/filesystemtype 1:flags/mountflags 9:data
mount_setattr|5.12|442,442,442,442,442,442|0:dfd/dirfd 3:path/pathname 2:flags 23:uattr/attr 4:usize/size
move_mount|5.2|429,429,429,429,429,429|0:from_dfd 3:from_pathname 0:to_dfd 3:to_pathname 2:flags
move_pages|2.6.18|279,317,533,239,344,239|6:pid 1:nr_pages/count 2u:pages 2l:nodes 8:status 0:flags
mprotect|1.0|10,125,10,226,125,226|1:start/addr 4:len 1:prot
mpx||,56!,,,,|
mq_getsetattr|2.6.6|245,282,245,185,279,185|v:mqdes 2o:u_mqstat/newattr 24:u_omqstat/oldattr
mq_notify|2.6.6|244,281,527,184,278,184|v:mqdes 2s:u_notification/sevp
mq_open|2.6.6|240,277,240,180,274,180|3:u_name/name 0:oflag l:mode 24:u_attr/attr
mq_timedreceive|2.6.6|243,280,243,183,277,183|v:mqdes 7:u_msg_ptr/msg_ptr 4:msg_len 2f:u_msg_prio/msg_prio f:u_abs_timeout/abs_timeout
mq_timedreceive_time64|5.1|,419,,,419,|v:mqdes 7:u_msg_ptr/msg_ptr 4:msg_len 2f:u_msg_prio/msg_prio f:u_abs_timeout/abs_timeout
mq_timedsend|2.6.6|242,279,242,182,276,182|v:mqdes 3:u_msg_ptr/msg_ptr 4:msg_len 2:msg_prio f:u_abs_timeout/abs_timeout
mq_timedsend_time64|5.1|,418,,,418,|v:mqdes 3:u_msg_ptr/msg_ptr 4:msg_len 2:msg_prio f:u_abs_timeout/abs_timeout
mq_unlink|2.6.6|241,278,241,181,275,181|3:u_name/name
mremap|2.0|25,163,25,216,163,216|1:addr/old_address 1:old_len/old_size 1:new_len/new_size 1:flags 1:new_addr/new_address
mseal|6.10|462,462,462,462,462,462|1:start 4:len 1:flags
msgctl|2.0|71,402@5.1,71,187,304,187|0:msqid 0:cmd 3a:buf
msgget|2.0|68,399@5.1,68,186,303,186|1b:key 0:msgflg
msgrcv|2.0|70,401@5.1,70,188,302,188|0:msqid 25:msgp 4:msgsz i:msgtyp 0:msgflg
msgsnd|2.0|69,400@5.1,69,189,301,189|0:msqid 25:msgp 4:msgsz 0:msgflg
msync|2.0|26,144,26,227,144,227|1:start/addr 4:len/length 0:flags
munlock|2.0|150,151,150,229,151,229|1:start/addr 4:len
munlockall|2.0|152,153,152,231,153,231|
munmap|1.0|11,91,11,215,91,215|1:addr 4:len/length
name_to_handle_at|2.6.39|303,341,303,264,370,264|0:dfd/dirfd 3:name/pathname 1y:handle 9:mnt_id/mount_id 0:flag/flags
nanosleep|2.0|35,162,35,101,162,101|a:rqtp/req a:rmtp/rem
newfstatat|2.6.16|262,,262,79,,79|0:dfd/dirfd 3:filename/pathname 18:statbuf 0:flag/flags
nfsservctl|2.2|180!,169!,,42!,169!,42!|0:cmd 3c:argp 42:resp
nice|1.0|,34,,,34,|0:increment/inc
oldfstat|1.0|,28,,,,|2:fd 1f:statbuf
oldlstat|1.0|,84,,,,|3:filename 1f:statbuf
oldolduname|1.0|,59,,,,|3g:name
oldstat|1.0|,18,,,,|3:filename 1f:statbuf
olduname|1.0|,109,,,,|3f:name
open|1.0|2,5,2,,5,|3:filename/pathname 0:flags l:mode
open_by_handle_at|2.6.39|304,342,304,265,371,265|0:mountdirfd/mount_fd 1y:handle 0:flags
open_tree|5.2|428,428,428,428,428,428|0:dfd 3:filename t:flags
open_tree_attr|6.15|467,467,467,467,467,467|0:dfd 3:filename t:flags 23:uattr 4:usize
openat|2.6.16|257,295,257,56,322,56|0:dfd/dirfd 3:filename/pathname 0:flags l:mode
openat2|5.6|437,437,437,437,437,437|0:dfd/dirfd 3:filename/pathname 3h:how 4:usize/size
pause|1.0|34,29,34,,29,|
pciconfig_iobase|2.2.15|,,,,271,|i:which 1:bus 1:dfn/devfn
pciconfig_read|2.0.26|,,,,272,|1:bus 1:dfn 1:off 1:len 9:buf
pciconfig_write|2.0.26|,,,,273,|1:bus 1:dfn 1:off 1:len 9:buf
perf_event_open|2.6.31|298,336,298,241,364,241|3i:attr_uptr/attr 6:pid 0:cpu 0:group_fd 1:flags
personality|1.2|135,136,135,92,136,92|2:personality/persona
pidfd_getfd|5.6|438,438,438,438,438,438|0:pidfd 0:fd/targetfd 2:flags
pidfd_open|5.3|434,434,434,434,434,434|6:pid 2:flags
pidfd_send_signal|5.1|424,424,424,424,424,424|0:pidfd 0:sig w:info 2:flags
pipe|1.0|22,42,22,,42,|8:fildes/pipefd
pipe2|2.6.27|293,331,293,59,359,59|8:fildes/pipefd 0:flags
pivot_root|2.4|155,217,155,41,218,41|3:new_root 3:put_old
pkey_alloc|4.9|330,381,330,289,395,289|1:flags 1:init_val/access_rights
pkey_free|4.9|331,382,331,290,396,290|0:pkey
pkey_mprotect|4.9|329,380,329,288,394,288|1:start/addr 4:len 1:prot 0:pkey
poll|2.0.36|7,168,7,,168,|1h:ufds/fds 2:nfds 0:timeout_msecs/timeout
ppoll|2.6.16|271,309,271,73,336,73|1h:ufds/fds 2:nfds a:tsp/tmo_p p:sigmask 4:sigsetsize
ppoll_time64|5.1|,414,,,414,|1h:ufds/fds 2:nfds a:tsp/tmo_p p:sigmask 4:sigsetsize
prctl|2.2|157,172,157,167,172,167|0:option 1:arg2 1:arg3 1:arg4 1:arg5
pread64|2.2|17,180,17,67,180,67|2:fd 7:buf 4:count h:pos/offset|1=2:fd 7:buf 4:count 5:pos_lo 5:pos_hi|4=2:fd 7:buf 4:count 5:pad 5:pos_lo 5:pos_hi
preadv|2.6.30|295,333,534,69,361,69|1:fd g:vec/iov 1:vlen/iovcnt 1:pos_l 1:pos_h|2=1:fd g:vec/iov 1:vlen/iovcnt h:pos
preadv2|4.6|327,378,546@4.7,286,392,286|1:fd g:vec/iov 1:vlen/iovcnt 1:pos_l 1:pos_h 15:flags|2=1:fd g:vec/iov 1:vlen/iovcnt h:pos 15:flags
prlimit64|2.6.36|302,340,302,261,369,261|6:pid 2:resource 2r:new_rlim/new_limit 3k:old_rlim/old_limit
process_madvise|5.10|440,440,440,440,440,440|0:pidfd g:vec/iovec 4:vlen 0:behavior/advice 2:flags
process_mrelease|5.15|448,448,448,448,448,448|0:pidfd 2:flags
process_vm_readv|3.2|310,347,539,270,376,270|6:pid g:lvec/local_iov 1:liovcnt g:rvec/remote_iov 1:riovcnt 1:flags
process_vm_writev|3.2|311,348,540,271,377,271|6:pid g:lvec/local_iov 1:liovcnt g:rvec/remote_iov 1:riovcnt 1:flags
prof||,44!,,,,|
profil||,98!,,,,|
pselect6|2.6.16|270,308,270,72,335,72|0:n/nfds k:inp/readfds k:outp/writefds k:exp/exceptfds a:tsp/timeout 9:sig/sigmask
pselect6_time64|5.1|,413,,,413,|0:n/nfds k:inp/readfds k:outp/writefds k:exp/exceptfds a:tsp/timeout 9:sig/sigmask
ptrace|1.0|101,26,521,117,26,117|i:request i:pid 1:addr 1:data|2=0:request 0:pid 0:addr 0:data
putpmsg||182!,189!,182!,,,|
pwrite64|2.2|18,181,18,68,181,68|2:fd 3:buf 4:count h:pos/offset|1=2:fd 3:buf 4:count 5:pos_lo 5:pos_hi|4=2:fd 3:buf 4:count 5:pad 5:pos_lo 5:pos_hi
pwritev|2.6.30|296,334,535,70,362,70|1:fd g:vec/iov 1:vlen/iovcnt 1:pos_l 1:pos_h|2=1:fd g:vec/iov 1:vlen/iovcnt h:pos
pwritev2|4.6|328,379,547@4.7,287,393,287|1:fd g:vec/iov 1:vlen/iovcnt 1:pos_l 1:pos_h 15:flags|2=1:fd g:vec/iov 1:vlen/iovcnt h:pos 15:flags
query_module|2.2|178!,167!,,,,|3:name 0:which 9:buf 4:bufsize 1w:ret
quotactl|1.0|179,131,179,60,131,60|2:cmd 3:special 1v:id 9:addr
quotactl_fd|5.14|443,443,443,443,443,443|2:fd 2:cmd 1v:id 9:addr
read|1.0|0,3,0,63,3,63|2:fd 7:buf 4:count
readahead|2.4.13|187,225,187,213,225,213|0:fd h:offset 4:count|1=0:fd 5:offset_lo 5:offset_hi 4:count|4=0:fd 5:pad 5:offset_lo 5:offset_hi 4:count
readdir|1.0|,89,,,,|2:fd 3d:dirent/dirp 2:count
readlink|1.0|89,85,89,,85,|3:path/pathname 7:buf 0:bufsiz
readlinkat|2.6.16|267,305,267,78,332,78|0:dfd/dirfd 3:pathname 7:buf 0:bufsiz
readv|2.0|19,145,515,65,145,65|1:fd g:vec/iov 1:vlen/iovcnt
reboot|1.0|169,88,169,142,88,142|0:magic1/magic 0:magic2 2:cmd 9:arg
recv|2.0|,,,,291,|0:fd/sockfd 9:ubuf/buf 4:size/len 2:flags
recvfrom|2.0|45,371@4.3,517,207,292,207|0:fd/sockfd 9:ubuf/buf 4:size/len 2:flags n:addr/src_addr 8:addr_len/addrlen|2=0:fd/sockfd 9:ubuf/buf 5:size/len 2:flags n:addr/src_addr 8:addr_len/addrlen
recvmmsg|2.6.33|299,337,537,243,365,243|0:fd/sockfd 1g:mmsg/msgvec 2:vlen 2:flags a:timeout
recvmmsg_time64|5.1|,417,,,417,|0:fd/sockfd 1g:mmsg/msgvec 2:vlen 2:flags a:timeout
recvmsg|2.0|47,372@4.3,519,212,297,212|0:fd/sockfd 2d:msg 2:flags
remap_file_pages|2.6|216,257,216,234,253,234|1:start/addr 1:size 1:prot 1:pgoff 1:flags
removexattr|2.4.18|197,235,197,14,235,14|3:pathname/path 3:name
removexattrat|6.13|466,466,466,466,466,466|0:dfd 3:pathname 2:at_flags 3:name
rename|1.0|82,38,82,,38,|3:oldname/oldpath 3:newname/newpath
renameat|2.6.16|264,302,264,38,329,|0:olddfd/olddirfd 3:oldname/oldpath 0:newdfd/newdirfd 3:newname/newpath
renameat2|3.15|316,353,316,276,382,276|0:olddfd/olddirfd 3:oldname/oldpath 0:newdfd/newdirfd 3:newname/newpath 2:flags
request_key|2.6.10|249,287,249,218,310,218|3:_type/type 3:_description/description 3:_callout_info/callout_info 1t:destringid/dest_keyring
restart_syscall|2.6|219,0,219,128,0,128|
riscv_flush_icache|4.15|,,,,,259|1n:start 1n:end 1n:flags
riscv_hwprobe|6.4|,,,,,258|3j:pairs 4:pair_count 4:cpusetsize 11:cpus 2:flags
rmdir|1.0|84,40,84,,40,|3:pathname
rseq|4.18|334,386,334,293@4.19,398,293@4.19|3m:rseq 5:rseq_len 0:flags 5:sig
rseq_slice_yield|7.0|471,471,471,471,471,471|
rt_sigaction|2.2|13,174,512,134,174,134|0:sig/signum 1s:act 28:oact/oldact 4:sigsetsize|2=0:sig/signum 1s:act 28:oact/oldact 5:sigsetsize
rt_sigpending|2.2|127,176,522,136,176,136|s:uset/set 4:sigsetsize|2=s:uset/set 5:sigsetsize
rt_sigprocmask|2.2|14,175,14,135,175,135|0:how s:nset/set s:oset/oldset 4:sigsetsize
rt_sigqueueinfo|2.2|129,178,524,138,178,138|6:pid/tgid 0:sig w:uinfo/info
rt_sigreturn|2.2|15,173,513,139,173,139|
rt_sigsuspend|2.2|130,179,130,133,179,133|s:unewset/mask 4:sigsetsize
rt_sigtimedwait|2.2|128,177,523,137,177,137|p:uthese/set w:uinfo/info f:uts/timeout 4:sigsetsize|2=p:uthese/set w:uinfo/info f:uts/timeout 5:sigsetsize
rt_sigtimedwait_time64|5.1|,421,,,421,|p:uthese/set w:uinfo/info f:uts/timeout 4:sigsetsize
rt_tgsigqueueinfo|2.6.31|297,335,536,240,363,240|6:tgid 6:pid/tid 0:sig w:uinfo/info
sched_get_priority_max|2.0|146,159,146,125,159,125|0:policy
sched_get_priority_min|2.0|147,160,147,126,160,126|0:policy
sched_getaffinity|2.6|204,242,204,123,242,123|6:pid 2:len/cpusetsize 11:user_mask_ptr/mask
sched_getattr|3.14|315,352,315,275,381,275|6:pid 27:uattr/attr 2:usize/size 2:flags
sched_getparam|2.0|143,155,143,121,155,121|6:pid 1k:param
sched_getscheduler|2.0|145,157,145,120,157,120|6:pid
sched_rr_get_interval|2.0|148,161,148,127,161,127|6:pid a:interval/tp
sched_rr_get_interval_time64|5.1|,423,,,423,|6:pid a:interval/tp
sched_setaffinity|2.6|203,241,203,122,241,122|6:pid 2:len/cpusetsize 11:user_mask_ptr/mask
sched_setattr|3.14|314,351,314,274,380,274|6:pid 27:uattr/attr 2:flags
sched_setparam|2.0|142,154,142,118,154,118|6:pid 1k:param
sched_setscheduler|2.0|144,156,144,119,156,119|6:pid 0:policy 1k:param
sched_yield|2.0|24,158,24,124,158,124|
seccomp|3.17|317,354,317,277,383,277|2:op/operation 2:flags 9:uargs/args
security||185!,,185!,,,|
select|1.0|23,82,23,,,|0:n/nfds k:inp/readfds k:outp/writefds k:exp/exceptfds x:tvp/timeout|1=3n:arg
semctl|2.0|66,394@5.1,66,191,300,191|0:semid 0:semnum 0:cmd 1:arg
semget|2.0|64,393@5.1,64,190,299,190|1b:key 0:nsems 0:semflg
semop|2.0|65,,65,193,298,193|0:semid 1l:tsops/sops t:nsops
semtimedop|2.4.22|220,,220,192,312,192|0:semid 1l:tsops/sops 2:nsops f:timeout
semtimedop_time64|5.1|,420,,,420,|0:semid 1l:tsops/sops 2:nsops f:timeout
send|2.0|,,,,289,|0:fd/sockfd 9:buff/buf 4:len 2:flags
sendfile|2.2|40,187,40,71,187,71|0:out_fd 0:in_fd r:offset 4:count
sendfile64|2.4.19|,239,,,239,|0:out_fd 0:in_fd r:offset 4:count
sendmmsg|3.0|307,345,538,269,374,269|0:fd/sockfd 1g:mmsg/msgvec 2:vlen 2:flags
sendmsg|2.0|46,370@4.3,518,211,296,211|0:fd/sockfd 2d:msg 2:flags
sendto|2.0|44,369@4.3,44,206,290,206|0:fd/sockfd 9:buff/buf 4:len 2:flags n:addr/dest_addr 0:addr_len/addrlen
set_mempolicy|2.6.7|238,276,238,237,321,237|0:mode 14:nmask/nodemask 1:maxnode
set_mempolicy_home_node|5.17|450,450,450,450,450,450|1:start 1:len 1:home_node 1:flags
set_robust_list|2.6.17|273,311,530,99,338,99|26:head 4:len|2=26:head 5:len
set_thread_area|2.6|205!,243,,,,|2c:u_info
set_tid_address|2.6|218,258,218,96,256,96|8:tidptr
set_tls|2.6.11|,,,,983045,|1:tls
setdomainname|1.0|171,121,171,162,121,162|7:name 0:len
setfsgid|1.2|123,139,123,152,139,152|b:gid/fsgid|14=d:gid/fsgid
setfsgid32|2.4|,216,,,216,|b:gid/fsgid
setfsuid|1.2|122,138,122,151,138,151|c:uid/fsuid|14=e:uid/fsuid
setfsuid32|2.4|,215,,,215,|c:uid/fsuid
setgid|1.0|106,46,106,144,46,144|b:gid|14=d:gid
setgid32|2.4|,214,,,214,|b:gid
setgroups|1.0|116,81,116,159,81,159|0:gidsetsize/size m:grouplist/list
setgroups32|2.4|,206,,,206,|0:gidsetsize/size m:grouplist/list
sethostname|1.0|170,74,170,161,74,161|7:name 0:len
setitimer|1.0|38,104,38,103,104,103|0:which 1d:value/new_value 1d:ovalue/old_value
setns|3.0|308,346,308,268,375,268|0:fd 0:flags/nstype
setpgid|1.0|109,57,109,154,57,154|6:pid 6:pgid
setpriority|1.0|141,97,141,140,97,140|0:which 0:who 0:niceval/prio
setregid|1.0|114,71,114,143,71,143|b:rgid b:egid|14=d:rgid d:egid
setregid32|2.4|,204,,,204,|b:rgid b:egid
setresgid|2.2|119,170,119,149,170,149|b:rgid b:egid b:sgid|14=d:rgid d:egid d:sgid
setresgid32|2.4|,210,,,210,|b:rgid b:egid b:sgid
setresuid|2.2|117,164,117,147,164,147|c:ruid c:euid c:suid|14=e:ruid e:euid e:suid
setresuid32|2.4|,208,,,208,|c:ruid c:euid c:suid
setreuid|1.0|113,70,113,145,70,145|c:ruid c:euid|14=e:ruid e:euid
setreuid32|2.4|,203,,,203,|c:ruid c:euid
setrlimit|1.0|160,75,160,164,75,164|2:resource 1i:rlim
setsid|1.0|112,66,112,157,66,157|
setsockopt|2.0|54,366@4.3,541,208,294,208|0:fd/sockfd 0:level 0:optname 7:optval 0:optlen
settimeofday|1.0|164,79,164,170,79,170|x:tv 2b:tz
setuid|1.0|105,23,105,146,23,146|c:uid|14=e:uid
setuid32|2.4|,213,,,213,|c:uid
setxattr|2.4.18|188,226,188,5,226,5|3:pathname/path 3:name q:value 4:size 0:flags
setxattrat|6.13|463,463,463,463,463,463|0:dfd 3:pathname 2:at_flags 3:name 2t:uargs 4:usize
sgetmask|1.0|,68,,,,|
shmat|2.0|30,397@5.1,30,196,305,196|0:shmid 7:shmaddr 0:shmflg
shmctl|2.0|31,396@5.1,31,195,308,195|0:shmid 0:cmd 3o:buf
shmdt|2.0|67,398@5.1,67,197,306,197|7:shmaddr
shmget|2.0|29,395@5.1,29,194,307,194|1b:key 4:size 0:shmflg
shutdown|2.0|48,373@4.3,48,210,293,210|0:fd/sockfd 0:how
sigaction|1.0|,67,,,67,|0:sig/signum 2q:act 3e:oact/oldact
sigaltstack|2.2|131,186,525,132,186,132|2m:uss/ss 2y:uoss/old_ss
signal|1.0|,48,,,,|0:sig/signum 2i:handler
signalfd|2.6.22|282,321,282,,349,|0:ufd/fd s:user_mask/mask 4:sizemask
signalfd4|2.6.27|289,327,289,74,355,74|0:ufd/fd s:user_mask/mask 4:sizemask 0:flags
sigpending|1.0|,73,,,73,|1c:uset/set
sigprocmask|1.0|,126,,,126,|0:how 1c:nset/set 1c:oset/oldset
sigreturn|1.0|,119,,,119,|
sigsuspend|1.0|,72,,,72,|0:unused1 0:unused2 2w:mask
socket|2.0|41,359@4.3,41,198,281,198|0:family/domain 0:type 0:protocol
socketcall|1.0|,102,,,,|0:call 11:args
socketpair|2.0|53,360@4.3,53,199,288,199|0:family/domain 0:type 0:protocol 8:usockvec/sv
splice|2.6.17|275,313,275,76,340,76|0:fd_in r:off_in 0:fd_out r:off_out 4:len 2:flags
ssetmask|1.0|,69,,,,|0:newmask
stat|1.0|4,106,4,,106,|3:filename/pathname 18:statbuf
stat64|2.4|,195,,,195,|3:filename/pathname 19:statbuf
statfs|1.0|137,99,137,43,99,43|3:pathname/path 29:buf
statfs64|2.6|,268,,,266,|3:pathname 4:sz 2a:buf
statmount|6.8|457,457,457,457,457,457|1r:req 3r:buf 4:bufsize 2:flags
statx|4.11|332,383,332,291,397,291|0:dfd/dirfd 3:filename/pathname t:flags 2:mask 3s:buffer/statxbuf
stime|1.0|,25,,,,|2x:tptr/t
stty||,31!,,,,|
swapoff|1.0|168,115,168,225,115,225|3:specialfile/path
swapon|1.0|167,87,167,224,87,224|3:specialfile/path 0:swap_flags/swapflags
symlink|1.0|88,83,88,,83,|3:oldname/target 3:newname/linkpath
symlinkat|2.6.16|266,304,266,36,331,36|3:oldname/target 0:newdfd/newdirfd 3:newname/linkpath
sync|1.0|162,36,162,81,36,81|
sync_file_range|2.6.17|277,314,277,84,,84|0:fd h:offset h:nbytes 2:flags|1=0:fd 5:offset_lo 5:offset_hi 5:nbytes_lo 5:nbytes_hi 2:flags
syncfs|2.6.39|306,344,306,267,373,267|0:fd
sysfs|1.2|139,135,139,,135,|0:option 1:arg1 1:arg2
sysinfo|1.0|99,116,99,179,116,179|3t:info
syslog|1.0|103,103,103,116,103,116|0:type 7:buf/bufp 0:len
tee|2.6.17|276,315,276,77,342,77|0:fdin/fd_in 0:fdout/fd_out 4:len 2:flags
tgkill|2.6|234,270,234,131,268,131|6:tgid 6:pid/tid 0:sig
time|1.0|201,13,201,,,|2g:tloc
timer_create|2.6|222,259,526,107,257,107|j:which_clock/clockid 3p:timer_event_spec/sevp 3z:created_timer_id/timerid
timer_delete|2.6|226,263,226,111,261,111|y:timer_id/timerid
timer_getoverrun|2.6|225,262,225,109,260,109|y:timer_id/timerid
timer_gettime|2.6|224,261,224,108,259,108|y:timer_id/timerid o:setting/curr_value
timer_gettime64|5.1|,408,,,408,|y:timer_id/timerid o:setting/curr_value
timer_settime|2.6|223,260,223,110,258,110|y:timer_id/timerid 0:flags 13:new_setting/new_value o:old_setting/old_value
timer_settime64|5.1|,409,,,409,|y:timer_id/timerid 0:flags 13:new_setting/new_value o:old_setting/old_value
timerfd_create|2.6.25|283,322,283,85,350,85|0:clockid 0:flags
timerfd_gettime|2.6.25|287,326,287,87,354,87|0:ufd/fd o:otmr/curr_value
timerfd_gettime64|5.1|,410,,,410,|0:ufd/fd o:otmr/curr_value
timerfd_settime|2.6.25|286,325,286,86,353,86|0:ufd/fd 0:flags 13:utmr/new_value o:otmr/old_value
timerfd_settime64|5.1|,411,,,411,|0:ufd/fd 0:flags 13:utmr/new_value o:otmr/old_value
times|1.0|100,43,100,153,43,153|3u:tbuf/buf
tkill|2.4.22|200,238,200,130,238,130|6:pid/tid 0:sig
truncate|1.0|76,92,76,45,92,45|3:path i:length
truncate64|2.4|,193,,,193,|3:path 5:length_lo 5:length_hi|4=3:path 5:pad 5:length_lo 5:length_hi
tuxcall||184!,,184!,,,|
ugetrlimit|2.4|,191,,,191,|2:resource 1i:rlim
ulimit||,58!,,,,|
umask|1.0|95,60,95,166,60,166|0:mask
umount|1.0|,22,,,,|7:name/target
umount2|2.2|166,52,166,39,52,39|7:name/target 0:flags
uname|1.0|63,122,63,160,122,160|3b:name/buf
unlink|1.0|87,10,87,,10,|3:pathname
unlinkat|2.6.16|263,301,263,35,328,35|0:dfd/dirfd 3:pathname 0:flag/flags
unshare|2.6.16|272,310,272,97,337,97|1:unshare_flags/flags
uprobe|6.18|336,,336,,,|
uretprobe|6.11|335,,335,,,|
uselib|1.0|134!,86,,,86,|3:library
userfaultfd|4.3|323,374,323,282,388,282|0:flags
usr26|2.4.8.1|,,,,983043,|
usr32|2.4.8.1|,,,,983044,|
ustat|1.0|136,62,136,,62,|t:dev 3v:ubuf
utime|1.0|132,30,132,,,|7:filename 3w:times
utimensat|2.6.22|280,320,280,88,348,88|0:dfd/dirfd 3:filename/pathname a:utimes/times 0:flags
utimensat_time64|5.1|,412,,,412,|0:dfd/dirfd 3:filename/pathname a:utimes/times 0:flags
utimes|2.2|235,271,235,,269,|7:filename x:utimes/times
vfork|2.2|58,190,58,,190,|
vhangup|1.0|153,111,153,58,111,58|
vm86|2.0.28|,166,,,,|1:cmd/fn 1:arg/v86
vm86old|1.0|,113,,,,|3x:user_vm86/info
vmsplice|2.6.17|278,316,532,75,343,75|0:fd g:uiov/iov 1:nr_segs 2:flags
vserver||236!,273!,,,313!,|
wait4|1.0|61,114,61,260,114,260|6:upid/pid 8:stat_addr/wstatus 0:options 1j:ru/rusage
waitid|2.6.9|247,284,529,95,280,95|0:which/idtype 6:upid/id 3q:infop 0:options 1j:ru
waitpid|1.0|,7,,,,|6:pid 8:stat_addr/wstatus 0:options
write|1.0|1,4,1,64,4,64|2:fd 3:buf 4:count
writev|2.0|20,146,516,66,146,66|1:fd g:vec/iov 1:vlen/iovcnt`;
