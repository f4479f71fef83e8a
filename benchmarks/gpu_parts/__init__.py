"""What ``benchmarks.gpu`` measures: each part is a process of its own and writes as it goes."""
