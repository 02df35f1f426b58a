# Words counted, sorted and changed by patterns, the same in every round.
use strict;
use warnings;
my $rounds = shift;
read STDIN, my $text, 1_000_000;
for my $round (1 .. $rounds) {
  my %count;
  $count{$_}++ for $text =~ /[a-z]{2,}/g;
  my @most = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
  (my $changed = $text) =~ s/([aeiou])([a-z])/$2$1/g;
  my %lengths;
  $lengths{length $_} += 1 for split / /, $changed;
  printf "%d %s %s\n", $round, join(',', @most[0 .. 20]), join(',', map { "$_:$lengths{$_}" } sort { $a <=> $b } keys %lengths);
  $text = substr($text, 1) . 'x';
}
