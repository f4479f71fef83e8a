"""What the engine does to real recordings, part by part; ``benchmarks.report`` joins the parts."""
